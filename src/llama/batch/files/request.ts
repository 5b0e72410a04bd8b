import { hash } from "node:crypto";
import type { Request } from "../../dispatch/request.ts";
import type { FailureCode } from "../../openai/failure.ts";
import type { RequestKind } from "../../openai/kind.ts";

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
}

/** Whether a line can be run. */
export function isRequest(line: BatchRequest | BadLine): line is BatchRequest {
	return "task" in line;
}

/** 128 bits of SHA-256, in hexadecimal. */
export function fingerprintOf(...parts: readonly string[]): string {
	return hash("sha256", parts.join("\0"), "hex").slice(0, 32);
}

/** JSON that is the same for equal values, in whatever order their keys are. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_, each: unknown) =>
		typeof each === "object" && each !== null && !Array.isArray(each)
			? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
			: each,
	);
}
