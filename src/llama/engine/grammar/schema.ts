import { ArgumentError } from "../../../base/errors.ts";

/** A JSON schema that is an object. */
export type Schema = Readonly<Record<string, unknown>>;

/** Where in the whole schema something stands, as a JSON pointer: "#/properties/name". */
export type Place = string;

/** Keywords that say nothing about the value. */
const ANNOTATIONS = [
	...["title", "description", "default", "examples", "example", "$schema", "$id", "id", "$comment"],
	...["$defs", "definitions", "deprecated", "readOnly", "writeOnly", "discriminator", "$anchor"],
	...["contentMediaType", "contentEncoding"],
] as const;
const APPLIED = ["$ref", "allOf", "anyOf", "oneOf", "const", "enum", "type"] as const;
/** Keywords that make a schema of no type one of that type. */
export const KEYWORDS_OF = {
	object: ["properties", "required", "additionalProperties", "minProperties", "maxProperties"],
	array: ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"],
	string: ["minLength", "maxLength", "pattern", "format"],
	number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
} as const;

const HARMLESS: ReadonlySet<string> = new Set(ANNOTATIONS);
const KNOWN: ReadonlySet<string> = new Set([
	...ANNOTATIONS,
	...APPLIED,
	...Object.values(KEYWORDS_OF).flat(),
]);

/** Whether a keyword says nothing about the value. */
export function isAnnotation(keyword: string): boolean {
	// What begins with "x-" is a vendor's own note.
	return HARMLESS.has(keyword) || keyword.startsWith("x-");
}

/** The schema with nothing in it but what says something about the value. */
export function assertions(schema: Schema): Schema {
	return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !isAnnotation(keyword)));
}

/** @throws {ArgumentError} it has a keyword that a grammar cannot honour. */
export function checkKeywords(schema: Schema, place: Place): void {
	for (const keyword of Object.keys(schema)) {
		if (!KNOWN.has(keyword) && !isAnnotation(keyword)) throw wrong(place, keyword, "is not supported");
	}
}

/** An error of a schema that names its place. */
export function wrong(place: Place, keyword: string, what: string): ArgumentError {
	return new ArgumentError("ERR_ARG", `the JSON schema cannot be used: "${keyword}" at ${place} ${what}`);
}

/** Whether a value is an object of JSON. */
export function isObject(value: unknown): value is Schema {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A keyword's schemas by name; none if it is not there. */
export function schemasOf(schema: Schema, keyword: string, place: Place): readonly [string, unknown][] {
	const value = own(schema, keyword);
	if (value === undefined) return [];
	if (!isObject(value)) throw wrong(place, keyword, "must be an object");
	return Object.entries(value);
}

/** A keyword's list; undefined if it is not there. */
export function listOf(schema: Schema, keyword: string, place: Place): readonly unknown[] | undefined {
	const value = own(schema, keyword);
	if (value === undefined || Array.isArray(value)) return value;
	throw wrong(place, keyword, "must be a list");
}

/** A keyword's count, from 0; undefined if it is not there. */
export function countOf(schema: Schema, keyword: string, place: Place): number | undefined {
	const value = own(schema, keyword);
	if (value === undefined) return undefined;
	if (!Number.isSafeInteger(value) || (value as number) < 0) {
		throw wrong(place, keyword, "must be a whole number from 0 up");
	}
	if ((value as number) > MOST) throw wrong(place, keyword, `must be at most ${MOST}`);
	return value as number;
}
const MOST = 10_000;

/** A keyword's value, and nothing that objects have by themselves. */
export function own(schema: Schema, keyword: string): unknown {
	return Object.hasOwn(schema, keyword) ? schema[keyword] : undefined;
}

/** A place below another. */
export function below(place: Place, ...steps: readonly (string | number)[]): Place {
	return [place, ...steps.map((step) => `${step}`.replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
}
