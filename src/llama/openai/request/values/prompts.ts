/** What is continued or embedded: texts, or lists of the model's own tokens. */

import { BadRequest, show } from "../../bad-request.ts";
import { checkText } from "./plain-json.ts";

type Text = string | readonly number[];

/** The prompts of a completion: a text, tokens, or a list of either. */
export function promptsOf(prompt: unknown): readonly Text[] {
	const prompts = textsOf(prompt);
	if (prompts !== undefined) return checked(prompts, "prompt");
	const problem =
		prompt === undefined || prompt === null ? 'the body has no "prompt"' : notTexts("prompt", prompt);
	throw new BadRequest("invalid_request", problem, "prompt");
}

/** The texts to embed, none of them empty. */
export function inputsOf(input: unknown, name = "input"): readonly Text[] {
	const texts = textsOf(input);
	if (texts?.every((text) => text !== "")) return checked(texts, name);
	const problem =
		input === undefined || input === null
			? `the body has no "${name}"`
			: `${notTexts(name, input)}, none of them empty`;
	throw new BadRequest("invalid_request", problem, name);
}

function textsOf(value: unknown): readonly Text[] | undefined {
	if (typeof value === "string") return [value];
	if (!Array.isArray(value) || value.length === 0) return undefined;
	if (isTokens(value)) return [value as readonly number[]];
	return value.every((each) => typeof each === "string" || isTokens(each)) ? value : undefined;
}

function isTokens(value: unknown): boolean {
	return (
		Array.isArray(value) &&
		value.length > 0 &&
		value.every((token) => Number.isInteger(token) && token >= 0 && token < 2 ** 31)
	);
}

function checked(texts: readonly Text[], name: string): readonly Text[] {
	for (const text of texts) if (typeof text === "string") checkText(text, name);
	return texts;
}

function notTexts(name: string, value: unknown): string {
	return `"${name}" is ${show(value)}: it takes a text, a list of token ids, or a list of these`;
}
