import type { OutgoingHttpHeaders } from "node:http";
import type { Failure } from "../../openai/failure.ts";
import { errorOf } from "../forms/error.ts";
import { HttpError } from "../http/http-error.ts";

/** A failure as an answer, with all that its error tells. */
export function failed(failure: Failure, headers: OutgoingHttpHeaders = {}): HttpError {
	const { status, body } = errorOf(failure);
	const { message, type, param, code, ...extra } = body.error;
	return new HttpError(status, { message, type, param, code, extra, headers });
}
