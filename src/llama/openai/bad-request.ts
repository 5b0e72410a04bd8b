import { TsmpiError } from "../../base/errors.ts";
import type { FailureCode } from "./failure-code.ts";

/** A request that cannot be run as it stands. Whoever knows its line or connection catches it and names them. */
export class BadRequest extends TsmpiError<FailureCode> {
	/** The field that is to blame, if one is. */
	readonly param: string | undefined;

	constructor(code: FailureCode, message: string, param?: string) {
		super(code, message);
		this.param = param;
	}
}

/** A value of a request as JSON, cut to 60 characters for an error's text. */
export function show(value: unknown): string {
	const text = json(value);
	return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function json(value: unknown): string {
	try {
		return JSON.stringify(value) ?? "undefined";
	} catch {
		// It is nested too deeply to be written.
		return Array.isArray(value) ? "a list" : "an object";
	}
}
