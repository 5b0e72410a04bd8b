import { validateHeaderName, validateHeaderValue } from "node:http";
import { JobError } from "../../errors.ts";

/** A header's name, and what it says. */
export type Header = readonly [name: string, value: string];

/** They say how a request is sent, which is not for a user to say. */
const OWN = new Set(["connection", "content-length", "transfer-encoding", "expect", "upgrade"]);

/**
 * Reads "Name: value".
 *
 * @throws {JobError} with exit code 2. Its text has no value: that may be a secret.
 */
export function parseHeader(text: string): Header {
	const colon = text.indexOf(":");
	const name = text.slice(0, Math.max(0, colon)).trim().toLowerCase();
	const value = text.slice(colon + 1).trim();
	if (colon < 0 || !isValid(name, value)) {
		const shown = name === "" ? "" : ` with the name ${JSON.stringify(name)}`;
		throw new JobError(`Cannot use --header${shown}: it takes 'Name: value', as in 'x-priority: batch'`, 2);
	}
	if (OWN.has(name)) throw new JobError(`Cannot use --header ${name}: it is set for each request`, 2);
	return [name, value];
}

function isValid(name: string, value: string): boolean {
	try {
		validateHeaderName(name);
		validateHeaderValue(name, value);
		return true;
	} catch {
		return false;
	}
}
