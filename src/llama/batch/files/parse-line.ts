import { reasonOf } from "../../errors.ts";
import { BadRequest, show } from "../../openai/bad-request.ts";
import { parseBody } from "../../openai/body.ts";
import { REQUEST_KINDS } from "../../openai/kind.ts";
import { parsePrompt } from "../../openai/prompt.ts";
import { type Defaults, seedFor, sizeOf, type Task } from "../../openai/task.ts";
import { type BadLine, type BatchRequest, canonicalJson, fingerprintOf } from "./request.ts";

/** What the lines of a file are. */
export type Form = "text" | "jsonl" | "batch";

/** Where a line stands. */
export interface Place {
	/** Of the request among the file's, from 0. */
	readonly id: number;
	/** Of the line, from 1. */
	readonly number: number;
	readonly path: string;
}

const LARGEST_PRIORITY = 1000;

/** Reads a line; what is wrong with it is a value, since one bad line must not end a job. */
export function parseLine(
	line: string,
	form: Form,
	place: Place,
	defaults: Defaults,
): BatchRequest | BadLine {
	if (form === "text") return plainRequest(line, 0, place, defaults);
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch (error) {
		return bad(
			line,
			form,
			place,
			undefined,
			new BadRequest("invalid_json", `it is not valid JSON (${reasonOf(error)})`),
		);
	}
	try {
		if (typeof value !== "object" || value === null || Array.isArray(value)) {
			throw new BadRequest("invalid_request", `${show(value)} is not a JSON object`);
		}
		const fields = value as Readonly<Record<string, unknown>>;
		return form === "batch" ? batchRequest(fields, place, defaults) : jsonRequest(fields, place, defaults);
	} catch (error) {
		if (!(error instanceof BadRequest)) throw error;
		return bad(line, form, place, value, error);
	}
}

/** Which form a line of JSON has. */
export function formOf(value: object): Form {
	return "custom_id" in value || "body" in value || "url" in value ? "batch" : "jsonl";
}

function batchRequest(
	line: Readonly<Record<string, unknown>>,
	place: Place,
	defaults: Defaults,
): BatchRequest {
	const { custom_id: customId, method = "POST", url, body } = line;
	if (!isCustomId(customId)) {
		throw new BadRequest("invalid_custom_id", `"custom_id" is ${show(customId)}: it takes a text`);
	}
	if (method !== "POST") throw new BadRequest("invalid_method", `"method" is ${show(method)}: only "POST"`);
	const requestKind = REQUEST_KINDS.find((known) => known === url);
	if (requestKind === undefined) {
		throw new BadRequest("invalid_url", `"url" is ${show(url)}: only ${REQUEST_KINDS.join(", ")}`);
	}
	if (typeof body !== "object" || body === null || Array.isArray(body)) {
		throw new BadRequest("invalid_request", `"body" is ${show(body)}: it takes an object`);
	}
	const fields = body as Readonly<Record<string, unknown>>;
	const { task, model, ignored } = parseBody(fields, requestKind, place.id, defaults);
	return {
		...{ id: place.id, requestKind, task, customId, ...sizeOf(task), priority: priorityOf(line) },
		fingerprint: batchFingerprint(customId, url, body),
		...(model === undefined ? {} : { model }),
		...(ignored === undefined ? {} : { ignored }),
	};
}

function jsonRequest(
	line: Readonly<Record<string, unknown>>,
	place: Place,
	defaults: Defaults,
): BatchRequest {
	try {
		return plainRequest(parsePrompt(line), priorityOf(line), place, defaults);
	} catch (error) {
		if (error instanceof BadRequest) throw error;
		throw new BadRequest("invalid_request", reasonOf(error));
	}
}

/** A request of a file without ids and bodies. */
export function plainRequest(
	prompt: ReturnType<typeof parsePrompt>,
	priority: number,
	{ id }: Pick<Place, "id">,
	{ maxTokens, temperature, topP, topK, minP, seed }: Defaults,
): BatchRequest {
	const task: Task = {
		...{ kind: "generate", prompts: [prompt], maxTokens, temperature, sampling: { topP, topK, minP } },
		seed: seedFor(seed, id),
	};
	return {
		...{ id, requestKind: "plain", task, customId: `${id}`, ...sizeOf(task), priority },
		fingerprint: fingerprintOf(`${id}`, canonicalJson(prompt)),
	};
}

function bad(
	line: string,
	form: Form,
	place: Place,
	value: unknown,
	{ code, message, param }: BadRequest,
): BadLine {
	const batch = form === "batch";
	const { custom_id: customId, url, body } = (value ?? {}) as Readonly<Record<string, unknown>>;
	const known = batch && isCustomId(customId);
	return {
		id: place.id,
		batch,
		customId: known ? customId : batch ? null : `${place.id}`,
		...(batch && !known && isShort(customId) ? { shownId: customId } : {}),
		fingerprint: known ? batchFingerprint(customId, url, body) : fingerprintOf(`line ${place.number}`, line),
		...{ code, param, number: place.number },
		message: `Cannot run line ${place.number} of ${place.path}: ${message}`,
	};
}

function batchFingerprint(customId: string, url: unknown, body: unknown): string {
	return fingerprintOf(customId, `${url}`, canonicalJson(body ?? null));
}

/** Worth repeating where it is no id. */
function isShort(value: unknown): value is string | number | boolean {
	return ["string", "number", "boolean"].includes(typeof value);
}

function isCustomId(value: unknown): value is string {
	return typeof value === "string" && value !== "";
}

function priorityOf({ priority = 0 }: Readonly<Record<string, unknown>>): number {
	if (Number.isInteger(priority) && Math.abs(priority as number) <= LARGEST_PRIORITY)
		return priority as number;
	throw new BadRequest(
		"invalid_request",
		`"priority" is ${show(priority)}: it takes a whole number from -${LARGEST_PRIORITY} to ${LARGEST_PRIORITY}`,
	);
}
