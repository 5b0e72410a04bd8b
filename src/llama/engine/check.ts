/** What may be passed to an engine: in plain JavaScript no compiler checks it. */

import {
	checkArgument,
	checkOptions,
	either,
	type Kind,
	type Kinds,
	listOf,
	NUMBER,
	objectWith,
	SIGNAL,
	TEXT,
} from "../../base/check-types.ts";
import type { EmbedOptions, GenerateOptions } from "./engine.ts";

/** Anything that implements `Engine`. */
export const ENGINE: Kind = objectWith("an engine", "generate", "embed", "info");

/** Numbers of any size: `checkRequest` knows their ranges. */
const GENERATE_OPTIONS: Kinds<GenerateOptions> = {
	maxTokens: NUMBER,
	temperature: NUMBER,
	seed: NUMBER,
	stop: listOf("a list of strings", TEXT),
	signal: SIGNAL,
};
const EMBED_OPTIONS: Kinds<EmbedOptions> = { signal: SIGNAL };

const MESSAGE: Kind = {
	words: "a message",
	accepts: (value) =>
		objectWith("", "role", "content").accepts(value) &&
		TEXT.accepts((value as { role: unknown }).role) &&
		TEXT.accepts((value as { content: unknown }).content),
};
export const PROMPT: Kind = either(
	TEXT,
	listOf("a list of messages with a role and a content of text", MESSAGE),
);

/** @throws {ArgumentError} ERR_ARG: a value is of another kind than `generate` takes. */
export function checkGenerate(prompt: unknown, options: unknown): void {
	checkArgument("run a request", "prompt", prompt, PROMPT);
	checkOptions("run a request", options, GENERATE_OPTIONS);
}

/** @throws {ArgumentError} ERR_ARG: a value is of another kind than `embed` takes. */
export function checkEmbed(text: unknown, options: unknown): void {
	checkArgument("embed a text", "text", text, TEXT);
	checkOptions("embed a text", options, EMBED_OPTIONS);
}

/** @throws {ArgumentError} ERR_ARG: it is no prompt. */
export function checkCounted(prompt: unknown): void {
	checkArgument("count tokens", "prompt", prompt, PROMPT);
}
