import type { Rules } from "./rules.ts";

/** The rules of JSON itself, and which others each needs. Numbers stay within what a double can hold. */
const JSON_RULES = {
	ws: [String.raw`(" " | "\n" [ \t]{0,20})?`],
	hex: ["[0-9a-fA-F]"],
	escape: [String.raw`"\\" (["\\/bfnrt] | "u" ([0-9a-cA-CefEF] hex{3} | [dD] [0-7] hex{2}))`, "hex"],
	char: [String.raw`[^"\\\x7F\x00-\x1F] | escape`, "escape"],
	string: [String.raw`"\"" char* "\""`, "char"],
	integer: [`"-"? ("0" | [1-9] [0-9]{0,14})`],
	number: [`integer ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?`, "integer"],
	boolean: [`"true" | "false"`],
	null: [`"null"`],
	object: [
		`"{" ws (string ":" ws value ("," ws string ":" ws value)* ws)? "}"`,
		...["ws", "string", "value"],
	],
	array: [`"[" ws (value ("," ws value)* ws)? "]"`, "ws", "value"],
	value: [
		"object | array | string | number | boolean | null",
		...["object", "array", "string", "number", "boolean", "null"],
	],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>;

/** A rule of JSON itself. */
export type JsonRule = keyof typeof JSON_RULES;

/** Adds a rule of JSON and those that it needs, once. @returns its name. */
export function useRule(rules: Rules, name: JsonRule): string {
	if (rules.has(name)) return name;
	const [body, ...needed] = JSON_RULES[name];
	rules.set(name, body);
	for (const other of needed) useRule(rules, other as JsonRule);
	return name;
}
