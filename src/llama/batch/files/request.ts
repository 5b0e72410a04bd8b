import type { Request } from "../../dispatch/request.ts";
import { BadRequest } from "../../openai/bad-request.ts";
import type { FailureCode } from "../../openai/failure.ts";
import type { RequestKind } from "../../openai/kind.ts";
import { hashText } from "./hash-text.ts";

/** A request of a file. Its id is its place among the file's requests, from 0. */
export interface BatchRequest extends Request {
	/** The form of the line and of its answer: "plain" without an OpenAI envelope. */
	readonly requestKind: RequestKind | "plain";
	/** By what the client knows it; a plain line's place. */
	readonly customId: string;
	/** 128 bits of SHA-256 over all that makes the request what it is, in hexadecimal. */
	readonly fingerprint: string;
	/** The model that a batch line asks for. */
	readonly model?: string;
	/** Fields of the line that were left out, with `ignoreUnknown`. */
	readonly ignored?: readonly string[];
	/** Columns of a plain line that its answer repeats: `id`, and those of `keepFields`. */
	readonly kept?: Readonly<Record<string, unknown>>;
}

/** A line that is no request: it ends as an error, without having been run. */
export interface BadLine {
	/** Its place among the file's requests, from 0. */
	readonly id: number;
	/** Whether the file's lines have an OpenAI envelope. */
	readonly batch: boolean;
	/** Null if the line has none that can be used. */
	readonly customId: string | null;
	/** What the line has in its place, where that is short: by it the line is found. */
	readonly shownId?: string | number | boolean;
	/** 128 bits of SHA-256 of the line, in hexadecimal. */
	readonly fingerprint: string;
	/** Of the line, from 1. */
	readonly number: number;
	/** What is wrong with it. */
	readonly code: FailureCode;
	/** The field that is to blame, if one is. */
	readonly param?: string | undefined;
	/** The same in words, with the number of the line. */
	readonly message: string;
	/** See `BatchRequest.kept`. */
	readonly kept?: Readonly<Record<string, unknown>>;
}

/** Whether a line can be run. */
export function isRequest(line: BatchRequest | BadLine): line is BatchRequest {
	return "task" in line;
}

/** Whether a line has an OpenAI envelope, and an id of its own. */
export function isBatch(line: BatchRequest | BadLine): boolean {
	return isRequest(line) ? line.requestKind !== "plain" : line.batch;
}

/** 128 bits of SHA-256, in hexadecimal. */
export function fingerprintOf(...parts: readonly string[]): string {
	return hashText(parts.join("\0")).slice(0, 32);
}

/** No request needs more, and each level is a call on the stack, here and wherever it travels. */
const DEEPEST = 512;

/**
 * JSON that is the same for equal values, in whatever order their keys are.
 *
 * @throws {BadRequest} if it is nested too deep.
 */
export function canonicalJson(value: unknown): string {
	// Sorting first and writing then is several times as fast as JSON.stringify() with a function, or by hand.
	return JSON.stringify(sorted(value, 0)) ?? "null";
}

function sorted(value: unknown, depth: number): unknown {
	if (typeof value !== "object" || value === null) return value;
	if (depth === DEEPEST) throw new BadRequest("invalid_json", `it is nested more than ${DEEPEST} deep`);
	if (Array.isArray(value)) return value.map((each) => sorted(each, depth + 1));
	const fields = value as Readonly<Record<string, unknown>>;
	const copy: Record<string, unknown> = {};
	for (const key of Object.keys(fields).sort()) {
		const field = sorted(fields[key], depth + 1);
		// To set this one would change what the object is.
		if (key === "__proto__") Object.defineProperty(copy, key, { value: field, enumerable: true });
		else copy[key] = field;
	}
	return copy;
}
