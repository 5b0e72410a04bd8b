import type { IncomingHttpHeaders } from "node:http";
import { HttpError } from "../http/http-error.ts";

const CLASSES: ReadonlyMap<string, number> = new Map([
	["interactive", 10],
	["default", 0],
	["batch", -10],
]);

/** 24 days: longer than any request, and as long as timers can be. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The priority that a request's header asks for, which says more than its body.
 *
 * @throws {HttpError} 400 for a word that is no class.
 */
export function priorityOf(headers: IncomingHttpHeaders, ofBody: number): number {
	const word = headers["x-priority"];
	if (word === undefined) return ofBody;
	const priority = CLASSES.get(`${word}`.toLowerCase());
	if (priority !== undefined) return priority;
	const allowed = [...CLASSES.keys()].join(", ");
	throw badHeader("x-priority", `${word}`, `one of ${allowed}`);
}

/**
 * When a request must have ended: by its header, but no later than the server allows.
 *
 * @throws {HttpError} 400 for a header that is no number of milliseconds.
 */
export function deadlineOf(
	headers: IncomingHttpHeaders,
	arrivedMs: number,
	mostMs: number | undefined,
): number | undefined {
	const text = headers["x-request-timeout-ms"];
	if (text === undefined) return mostMs === undefined ? undefined : arrivedMs + mostMs;
	const asked = /^\d{1,10}$/.test(`${text}`) ? Number(text) : Number.NaN;
	if (!(asked >= 1 && asked <= LONGEST_MS)) {
		throw badHeader("x-request-timeout-ms", `${text}`, `whole milliseconds from 1 to ${LONGEST_MS}`);
	}
	return arrivedMs + Math.min(asked, mostMs ?? asked);
}

function badHeader(name: string, value: string, allowed: string): HttpError {
	return new HttpError(400, {
		message: `The header ${name} is ${JSON.stringify(value)}: it takes ${allowed}`,
		type: "invalid_request_error",
		param: name,
		code: "invalid_request",
	});
}
