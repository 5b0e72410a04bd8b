import { JobError } from "../../errors.ts";
import { BadRequest } from "../../openai/bad-request.ts";
import { cellText, keysOf } from "./record.ts";

/** A text with places for columns. */
export interface Template {
	/** Those that it names, at least one. */
	readonly columns: readonly string[];
	/** @throws {BadRequest} if the record lacks one. */
	fill(record: Readonly<Record<string, unknown>>): string;
}

const PIECE = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;

/**
 * Reads `--prompt-template`: `{name}` is a column, `{{` and `}}` are braces.
 *
 * @throws {JobError} exit code 2: a brace has no partner, or no column is named.
 */
export function parseTemplate(text: string): Template {
	const refuse = (reason: string) => new JobError(`Cannot use --prompt-template ${text}: ${reason}`, 2);
	const pieces: (string | { readonly column: string })[] = [];
	for (const [piece, column] of text.matchAll(PIECE)) {
		if (column !== undefined) pieces.push({ column });
		else if (piece === "{" || piece === "}") throw refuse(`a lone ${piece} is written ${piece}${piece}`);
		else pieces.push(piece.replace("{{", "{").replace("}}", "}"));
	}
	const columns = pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece.column]));
	if (columns.length === 0) throw refuse("it names no column, such as {text}");
	return {
		columns,
		fill: (record) =>
			pieces.map((piece) => (typeof piece === "string" ? piece : textOf(record, piece.column))).join(""),
	};
}

function textOf(record: Readonly<Record<string, unknown>>, column: string): string {
	if (!Object.hasOwn(record, column)) {
		throw new BadRequest("invalid_request", `it has no ${JSON.stringify(column)}, but ${keysOf(record)}`);
	}
	return cellText(record[column]);
}
