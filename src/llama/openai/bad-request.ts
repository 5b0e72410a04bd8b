/** Why a line is no request that can be run; caught where the line is known. */
export class BadRequest extends Error {
	readonly code: string;

	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}
}

/** A value of a line, short enough for an error. */
export function show(value: unknown): string {
	const text = JSON.stringify(value) ?? "undefined";
	return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
