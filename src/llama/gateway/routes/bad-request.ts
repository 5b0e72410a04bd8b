import type { BadRequest } from "../../openai/bad-request.ts";
import type { HttpError } from "../http/http-error.ts";
import { failed } from "./failed.ts";

/** A request that cannot be run as it stands, as an answer. */
export function badRequest({ code, message, param }: BadRequest): HttpError {
	return failed({ code, message, param });
}
