import { ArgumentError } from "../../../base/errors.ts";
import { checkGrammar } from "./check-grammar.ts";
import { schemaGrammar } from "./json-schema.ts";
import { regexRule } from "./regex.ts";
import { literal, oneOf, Rules } from "./rules.ts";

/** What a text must be like, each in its own language. */
export type Constraint =
	| { readonly kind: "schema"; readonly schema: unknown }
	/** The whole text matches it. */
	| { readonly kind: "regex"; readonly regex: string }
	/** It is one of these. */
	| { readonly kind: "choice"; readonly choice: readonly string[] }
	/** It is already a grammar in GBNF. */
	| { readonly kind: "grammar"; readonly grammar: string };

/** Any JSON object, as "json_object" asks for. */
export const ANY_OBJECT: Constraint = { kind: "schema", schema: { type: "object" } };

/** How many are kept: the lines of a file share a few. */
const KEPT = 64;
const LONGEST = 1_000_000;
const kept = new Map<string, string | ArgumentError>();

/**
 * The grammar in llama.cpp's GBNF that a constraint asks for; the same one for every engine.
 *
 * @throws {ArgumentError} ERR_ARG, that says what cannot be honoured, and where.
 */
export function grammarOf(constraint: Constraint): string {
	const key = keyOf(constraint);
	let found = kept.get(key);
	if (found === undefined) {
		found = make(constraint);
		const oldest = kept.size < KEPT ? undefined : kept.keys().next().value;
		if (oldest !== undefined) kept.delete(oldest);
		kept.set(key, found);
	}
	if (typeof found === "string") return found;
	throw found;
}

function keyOf(constraint: Constraint): string {
	let key: string;
	try {
		key = JSON.stringify(constraint);
	} catch {
		throw new ArgumentError("ERR_ARG", "the JSON schema cannot be used: it is nested too deeply");
	}
	if (key.length <= LONGEST) return key;
	throw new ArgumentError("ERR_ARG", `it cannot be used: it is longer than ${LONGEST} characters`);
}

function make(constraint: Constraint): string | ArgumentError {
	try {
		const grammar = write(constraint);
		checkGrammar(grammar);
		return grammar;
	} catch (error) {
		if (error instanceof ArgumentError) return error;
		throw error;
	}
}

function write(constraint: Constraint): string {
	const rules = new Rules();
	switch (constraint.kind) {
		case "schema":
			return schemaGrammar(constraint.schema);
		case "regex": {
			const root = rules.reserve("root");
			rules.set(root, regexRule(constraint.regex, rules, { json: false }));
			return rules.toString();
		}
		case "choice":
			rules.set("root", oneOf(constraint.choice.map(literal)));
			return rules.toString();
		case "grammar":
			return constraint.grammar;
	}
}
