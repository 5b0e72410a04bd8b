import type { Failure } from "../../openai/failure.ts";
import type { Served } from "../core/served.ts";
import { HttpError } from "../http/http-error.ts";
import type { RouteContext } from "./context.ts";

/** Clients of a server that loads are told to come again so soon. */
export const LOADING_SECONDS = 5;

/**
 * What is served.
 *
 * @throws {HttpError} 503 while no rank can serve, or the server drains.
 */
export function serving({ gateway, served, drainSeconds }: RouteContext): Served {
	const now = served();
	if (gateway.state === "draining") {
		throw new HttpError(503, {
			...{ message: "The server is shutting down", type: "unavailable_error", code: "draining" },
			headers: { "retry-after": `${drainSeconds}`, connection: "close" },
		});
	}
	if (now === undefined || gateway.state === "loading") {
		// llama-server's words, by which clients know that it is a matter of time.
		throw new HttpError(503, {
			...{ message: "Loading model", type: "unavailable_error", code: 503 },
			headers: { "retry-after": `${LOADING_SECONDS}` },
		});
	}
	return now;
}

/**
 * The name that an answer has for its model.
 *
 * @throws {HttpError} 404 if requests must name the model and this one names another.
 */
export function modelFor(asked: string | undefined, { model }: Served, strict: boolean): string {
	const failure = strict ? unknownModel(asked, model.names) : undefined;
	if (failure === undefined) return model.names[0];
	const { message, code, param = null } = failure;
	throw new HttpError(404, { message, code, param, type: "invalid_request_error" });
}

/** Why a request that must name the model cannot be run; undefined if it names it. */
export function unknownModel(asked: string | undefined, names: readonly string[]): Failure | undefined {
	if (asked !== undefined && names.includes(asked)) return undefined;
	const what =
		asked === undefined ? "The request names no model" : `The model ${JSON.stringify(asked)} is not here`;
	const message = `${what}: this server has ${names.join(", ")}`;
	return { code: "model_not_found", message, param: "model" };
}
