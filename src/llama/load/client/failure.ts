import { StatusError } from "../../engine/http/client.ts";
import { BrokenResponse, isTransient } from "../../engine/http/retry.ts";
import { reasonOf } from "../../errors.ts";
import type { ClientFailureCode, CountedFailure } from "../../measure/counts/failure-counts.ts";

/** A request that failed in a way which no status tells. */
export class LoadFailure extends Error {
	readonly code: ClientFailureCode | "timeout";
	/** What the server calls it. */
	readonly param: string | undefined;

	constructor(code: ClientFailureCode | "timeout", message: string, param?: string) {
		super(message);
		this.code = code;
		this.param = param;
	}

	override get name(): string {
		return this.constructor.name;
	}
}

/** How a request failed, by its status and by what the server calls the failure. */
export function failureOf(error: unknown): CountedFailure {
	const message = reasonOf(error);
	if (error instanceof LoadFailure) return { code: error.code, param: error.param, message };
	if (error instanceof StatusError) {
		return { code: `http_${error.status}`, param: codeIn(error.body), message: error.reason || message };
	}
	if (error instanceof BrokenResponse) return { code: "invalid_answer", message };
	const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
	return { code: "no_connection", param: code, message };
}

/** Whether another attempt may succeed. A stream that has broken off is one, too: whoever asks knows what has come. */
export function mayPass(error: unknown): boolean {
	if (error instanceof LoadFailure) return error.code === "broken_stream";
	return isTransient(error);
}

/** The code of an error's body, else its type: `{ "error": { "code": "queue_full" } }`. */
export function codeIn(body: unknown): string | undefined {
	const { error = body } = typeof body === "object" && body !== null ? (body as { error?: unknown }) : {};
	if (typeof error !== "object" || error === null) return undefined;
	const { code, type } = error as { readonly code?: unknown; readonly type?: unknown };
	// llama-server repeats the status there.
	if (typeof code === "string" && code !== "") return code;
	return typeof type === "string" && type !== "" ? type : undefined;
}
