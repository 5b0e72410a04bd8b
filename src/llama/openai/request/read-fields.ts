import { nearest } from "../../../base/nearest.ts";
import { BadRequest } from "../bad-request.ts";
import type { Field } from "./fields/field.ts";
import type { Draft } from "./values/draft.ts";

/** Fields that a body may have, by their names. */
export type Fields = ReadonlyMap<string, Field>;

/**
 * Reads every field of a body, each by its row of a table. A field that is null counts as left out.
 *
 * @param ignoreUnknown Names that no row has are left out, and told in the draft.
 * @throws {BadRequest} of the first field that cannot be used.
 */
export function readFields(
	body: Readonly<Record<string, unknown>>,
	fields: Fields,
	draft: Draft,
	ignoreUnknown: boolean,
): void {
	for (const name of Object.keys(body)) {
		const value = body[name];
		if (value === null) continue;
		const field = fields.get(name);
		if (field !== undefined) field.read(value, draft, name);
		else if (ignoreUnknown) ignore(draft, name);
		else throw unknown(name, [...fields.keys()]);
	}
}

/** Counts a name that nobody knows. */
export function ignore(draft: Draft, name: string): void {
	draft.ignored ??= [];
	if (!draft.ignored.includes(name)) draft.ignored.push(name);
}

function unknown(name: string, known: readonly string[]): BadRequest {
	const shown = name.length <= 60 ? name : `${name.slice(0, 57)}...`;
	const near = nearest(shown, known);
	const hint = near === undefined ? "" : `; did you mean "${near}"?`;
	return new BadRequest("unknown_parameter", `"${shown}" is not known${hint}`, shown);
}
