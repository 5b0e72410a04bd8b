import { reasonOf } from "../../errors.ts";
import { BadRequest, show } from "../../openai/bad-request.ts";
import { type BadLine, type BatchRequest, fingerprintOf } from "../files/request.ts";
import { envelopeIdentity, envelopeRequest, isEnvelope } from "./envelope.ts";
import type { Item } from "./item.ts";
import { isDataSet, type LineOptions } from "./line-options.ts";
import { beginningOf, type Identity, type Place } from "./place.ts";
import { NO_PARAMETERS, plainRequest } from "./plain-request.ts";
import { keptOf, type LineRecord } from "./record.ts";
import { recordRequest } from "./record-request.ts";

/** How the items of a file are read. */
export interface ItemOptions extends LineOptions {
	/** What items are that are texts: JSON, or prompts as they stand. */
	readonly texts: "json" | "prompts";
	/** What the file's first request is: in its form the error of an item is written of which nothing can be told. */
	readonly form: "batch" | "plain";
}

/** Reads an item; what is wrong with it is a value, since one bad line must not end a job. */
export function parseItem(item: Item, place: Place, options: ItemOptions): BatchRequest | BadLine {
	let value: string | LineRecord | undefined;
	try {
		value = readValue(item, options.texts);
		if (typeof value === "string") return promptRequest(value, place, options);
		const isRow = typeof item !== "string";
		if (!isRow && isEnvelope(value, options)) return envelopeRequest(value, place, options);
		return recordRequest(value, place, options, isRow);
	} catch (error) {
		const identity = identify(item, value, place, options);
		const { code, message, param } = problemOf(error);
		const advice =
			code === "unknown_parameter" && !identity.batch
				? `; --keep-fields ${param} takes it for data, which the answer repeats`
				: "";
		const text = typeof item === "string" ? item : "";
		return {
			...{ id: place.id, fingerprint: fingerprintOf(`line ${place.number}`, text), ...identity },
			...{ number: place.number, code, param, message: `${beginningOf(place)}${message}${advice}` },
		};
	}
}

/** By what the error of an item is known. */
function identify(
	item: Item,
	value: string | LineRecord | undefined,
	{ id }: Place,
	options: ItemOptions,
): Identity {
	const plain: Identity = { batch: false, customId: `${id}` };
	if (value === undefined) return options.form === "batch" ? { batch: true, customId: null } : plain;
	if (typeof value === "string") return plain;
	if (typeof item === "string" && isEnvelope(value, options)) return envelopeIdentity(value);
	try {
		const kept = keptOf(value, options.keptNames);
		return kept === undefined ? plain : { ...plain, kept };
	} catch {
		return plain;
	}
}

/** What an item is, if that can be told. */
export function formOf(item: Item, options: LineOptions): ItemOptions["form"] | undefined {
	if (typeof item !== "string") return undefined;
	try {
		const value = parseJson(item);
		return typeof value === "object" && isEnvelope(value, options) ? "batch" : "plain";
	} catch {
		return undefined;
	}
}

function readValue(item: Item, texts: ItemOptions["texts"]): string | LineRecord {
	if (typeof item !== "string") {
		if ("problem" in item) throw new BadRequest("invalid_request", item.problem);
		return item.row;
	}
	if (texts === "json") return parseJson(item);
	// UTF-8 has NUL, but no text does, and for C it is the end.
	if (item.includes("\0")) throw new BadRequest("invalid_request", "it has a NUL byte: it is no text");
	return item;
}

function parseJson(line: string): string | LineRecord {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch (error) {
		throw new BadRequest("invalid_json", `it is not valid JSON (${reasonOf(error)})`);
	}
	if (typeof value === "string") return value;
	if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as LineRecord;
	const hint = Array.isArray(value) ? "; a file that is one array is read with --in-format json" : "";
	throw new BadRequest("invalid_request", `${show(value)} is not a JSON object${hint}`);
}

function promptRequest(prompt: string, place: Place, options: LineOptions): BatchRequest {
	if (isDataSet(options)) return recordRequest({ prompt }, place, options, true);
	const { system } = options;
	const fields = { parameters: NO_PARAMETERS, system, priority: 0, kept: undefined };
	return plainRequest(prompt, fields, place, options);
}

/** Whatever a line holds, what it does to its reader is its own problem. */
function problemOf(error: unknown): BadRequest {
	if (error instanceof BadRequest) return error;
	return new BadRequest("invalid_request", `it cannot be read (${reasonOf(error)})`);
}
