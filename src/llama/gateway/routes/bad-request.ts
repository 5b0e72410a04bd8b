import type { BadRequest } from "../../openai/bad-request.ts";
import { errorOf } from "../forms/error.ts";
import { HttpError } from "../http/http-error.ts";

/** A request that cannot be run as it stands, as an answer. */
export function badRequest({ code, message, param }: BadRequest): HttpError {
	const { status, body } = errorOf({ code, message, param });
	return new HttpError(status, body.error);
}
