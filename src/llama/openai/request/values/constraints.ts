/** What a text must be like: the fields of OpenAI, llama.cpp and vLLM that say it. */

import { ANY_OBJECT, type Constraint, grammarOf } from "../../../engine/grammar/grammar-of.ts";
import { reasonOf } from "../../../errors.ts";
import { BadRequest, show } from "../../bad-request.ts";
import { type Draft, unsupported, wrongValue } from "./draft.ts";

type Fields = Readonly<Record<string, unknown>>;

/** @throws {BadRequest} another field says it already, or no grammar can. */
export function constrain(draft: Draft, name: string, constraint: Constraint): void {
	if (draft.constrainedBy !== undefined) {
		const text = `"${name}" and "${draft.constrainedBy}" both say what the text must be like: only one of them`;
		throw new BadRequest("invalid_request", text, name);
	}
	draft.constrainedBy = name;
	try {
		draft.sampling.grammar = grammarOf(constraint);
	} catch (error) {
		throw new BadRequest("invalid_request", `"${name}": ${reasonOf(error)}`, name);
	}
}

/** `response_format` of a chat; `text.format` of a response has the same types. */
export function readResponseFormat(value: unknown, draft: Draft, name: string): void {
	if (!isFields(value)) throw wrongValue(name, value, "an object with a type");
	switch (value.type) {
		case "text":
			refuseOthers(value, ["type"], name);
			return;
		case "json_object":
			// llama.cpp's form of it may have a schema.
			refuseOthers(value, ["type", "schema"], name);
			constrain(draft, name, value.schema == null ? ANY_OBJECT : schemaOf(value.schema, name));
			return;
		case "json_schema": {
			refuseOthers(value, ["type", "json_schema", ...SCHEMA_KEYS], name);
			const holder = value.json_schema ?? value;
			if (!isFields(holder)) throw wrongValue(`${name}.json_schema`, holder, "an object with a schema");
			refuseOthers(holder, ["type", ...SCHEMA_KEYS], `${name}.json_schema`);
			if (holder.schema == null) {
				throw new BadRequest("invalid_request", `"${name}" has no "schema"`, name);
			}
			constrain(draft, name, schemaOf(holder.schema, name));
			return;
		}
		default:
			throw unsupported(name, value, "its type is text, json_object or json_schema");
	}
}
const SCHEMA_KEYS = ["name", "description", "schema", "strict"];

/** A JSON schema, or the text of one. */
export function readSchema(value: unknown, draft: Draft, name: string): void {
	constrain(draft, name, schemaOf(value, name));
}

/** A grammar in GBNF; an empty one asks for nothing. */
export function readGrammar(value: unknown, draft: Draft, name: string): void {
	if (typeof value !== "string") throw wrongValue(name, value, "a grammar in GBNF");
	if (value !== "") constrain(draft, name, { kind: "grammar", grammar: value });
}

/** A regular expression for the whole text. */
export function readRegex(value: unknown, draft: Draft, name: string): void {
	if (typeof value !== "string") throw wrongValue(name, value, "a regular expression");
	constrain(draft, name, { kind: "regex", regex: value });
}

/** Texts of which the answer is one. */
export function readChoice(value: unknown, draft: Draft, name: string): void {
	const fits = Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
	if (!fits) throw wrongValue(name, value, "a list of texts");
	constrain(draft, name, { kind: "choice", choice: value });
}

/** vLLM's `structured_outputs`: an object of one of these. */
export function readStructured(value: unknown, draft: Draft, name: string): void {
	if (!isFields(value)) throw wrongValue(name, value, "an object");
	for (const [key, each] of Object.entries(value)) {
		if (each === null) continue;
		const read = STRUCTURED.get(key);
		const at = `${name}.${key}`;
		if (read !== undefined) read(each, draft, at);
		else throw unsupported(at, each, `only ${[...STRUCTURED.keys()].join(", ")}`);
	}
}
const STRUCTURED: ReadonlyMap<string, (value: unknown, draft: Draft, name: string) => void> = new Map([
	["json", readSchema],
	["regex", readRegex],
	["choice", readChoice],
	["grammar", readGrammar],
	[
		"json_object",
		(value, draft, name) => {
			if (typeof value !== "boolean") throw wrongValue(name, value, "true or false");
			if (value) constrain(draft, name, ANY_OBJECT);
		},
	],
]);

function schemaOf(value: unknown, name: string): Constraint {
	if (typeof value !== "string") return { kind: "schema", schema: value };
	try {
		return { kind: "schema", schema: JSON.parse(value) };
	} catch {
		throw new BadRequest("invalid_request", `"${name}" is ${show(value)}: it is no JSON schema`, name);
	}
}

function refuseOthers(value: Fields, known: readonly string[], name: string): void {
	const unknown = Object.keys(value).find((key) => !known.includes(key) && value[key] !== null);
	if (unknown === undefined) return;
	const text = `"${name}" has an unknown "${unknown}": it may have ${known.join(", ")}`;
	throw new BadRequest("unknown_parameter", text, `${name}.${unknown}`);
}

function isFields(value: unknown): value is Fields {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
