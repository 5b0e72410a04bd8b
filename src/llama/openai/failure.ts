import { EngineError, type EngineErrorCode, reasonOf } from "../errors.ts";
import { BadRequest } from "./bad-request.ts";
import type { FailureCode } from "./failure-code.ts";

export type { FailureCode } from "./failure-code.ts";

/** How a request failed. */
export interface Failure {
	/** What kind of failure, for a program. */
	readonly code: FailureCode;
	/** The reason in one line, for a reader. */
	readonly message: string;
	/** The field of the request that is to blame, if one is. */
	readonly param?: string | undefined;
}

const CODES: Readonly<Record<EngineErrorCode, FailureCode>> = {
	ERR_ENGINE_MISSING: "engine_missing",
	ERR_MODEL: "model",
	ERR_DEVICE: "device",
	ERR_ENGINE_LOAD: "engine_load",
	ERR_ENGINE_DIED: "engine_died",
	ERR_ENDPOINT: "endpoint",
	ERR_TIMEOUT: "timeout",
	ERR_ENGINE_CLOSED: "engine_closed",
	ERR_PROMPT_TOO_LONG: "prompt_too_long",
	ERR_PROMPT: "prompt",
	ERR_REQUEST: "invalid_request",
	ERR_UNSUPPORTED: "unsupported_parameter",
	ERR_GENERATE: "generate",
};

/** What an engine threw, as a failure of the request that it ran. */
export function failureOf(error: unknown): Failure {
	const message = reasonOf(error);
	if (error instanceof BadRequest) return { code: error.code, message, param: error.param };
	if (!(error instanceof EngineError)) return { code: "engine_error", message };
	const { code, param } = error;
	return { code: CODES[code], message, ...(param === undefined ? {} : { param }) };
}

/** The status of all failures but the client's own mistakes, which are 400. */
const STATUS: ReadonlyMap<FailureCode, number> = new Map([
	["invalid_url", 404],
	["model_not_found", 404],
	["generate", 500],
	["timeout", 504],
	["endpoint", 502],
	["engine_died", 502],
	["engine_closed", 503],
	["engine_missing", 503],
	["engine_load", 503],
	["model", 503],
	["device", 503],
	["no_engine", 503],
	["interrupted", 502],
	["queue_full", 429],
	["deadline_exceeded", 504],
	["draining", 503],
	// Of whoever has gone away; nobody else gives it a status.
	["cancelled", 499],
	["engine_error", 500],
]);

const TYPES: ReadonlyMap<number, string> = new Map([
	[400, "invalid_request_error"],
	[404, "not_found_error"],
	[429, "rate_limit_error"],
	[499, "cancelled_error"],
	[503, "unavailable_error"],
	[504, "timeout_error"],
]);

/** The HTTP status of a failure. */
export function statusOf(code: FailureCode): number {
	return STATUS.get(code) ?? 400;
}

/** OpenAI's body of an answer that is an error. */
export interface ErrorBody {
	readonly error: {
		readonly message: string;
		/** The kind of the status: "invalid_request_error", "server_error", ... */
		readonly type: string;
		/** The field that is to blame. */
		readonly param: string | null;
		readonly code: string;
	};
}

/** A failure in OpenAI's form. */
export function errorBody({ code, message, param }: Failure): ErrorBody {
	const type = TYPES.get(statusOf(code)) ?? "server_error";
	return { error: { message, type, param: param ?? null, code } };
}
