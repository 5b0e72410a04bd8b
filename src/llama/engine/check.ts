/** What may be passed to an engine: in plain JavaScript no compiler checks it. */

import {
	BOOLEAN,
	checkArgument,
	checkOptions,
	either,
	FUNCTION,
	integerFrom,
	type Kind,
	type Kinds,
	listOf,
	NUMBER,
	numberFrom,
	objectWith,
	optionsOf,
	SIGNAL,
	TEXT,
} from "../../base/check-types.ts";
import type { EmbedOptions, GenerateOptions, TokenizeOptions } from "./engine.ts";
import type { ChatOptions, SamplingOptions } from "./sampling.ts";

/** Anything that implements `Engine`. */
export const ENGINE: Kind = objectWith("an engine", "generate", "embed", "info");

const ANYTHING: Kind = { words: "anything", accepts: () => true };
const OBJECT: Kind = {
	words: "an object",
	accepts: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};
const HEADERS: Kind = {
	words: "an object of texts",
	accepts: (value) => OBJECT.accepts(value) && Object.values(value as object).every(TEXT.accepts),
};
const LIST: Kind = listOf("a list", ANYTHING);
const TOKENS: Kind = listOf("a list of token ids", integerFrom(0));
const BIASES: Kind = {
	words: "an object of numbers from -100 to 100 by token id",
	accepts: (value) =>
		OBJECT.accepts(value) &&
		Object.entries(value as object).every(
			([id, bias]) => /^\d+$/.test(id) && numberFrom(-100, 100).accepts(bias),
		),
};

export const SAMPLING_KINDS: Kinds<SamplingOptions> = {
	topK: integerFrom(-1),
	topP: {
		words: "a number above 0 and at most 1",
		accepts: (value) => value !== 0 && numberFrom(0, 1).accepts(value),
	},
	minP: numberFrom(0, 1),
	presencePenalty: numberFrom(-2, 2),
	frequencyPenalty: numberFrom(-2, 2),
	repeatPenalty: {
		words: "a number above 0",
		accepts: (value) => value !== 0 && numberFrom(0, Number.MAX_VALUE).accepts(value),
	},
	logitBias: BIASES,
	grammar: TEXT,
	jsonSchema: either(BOOLEAN, OBJECT),
	ignoreEos: BOOLEAN,
	minTokens: integerFrom(0),
	stopTokens: TOKENS,
};
const CHAT_KINDS: Kinds<ChatOptions> = {
	templateKwargs: OBJECT,
	addGenerationPrompt: BOOLEAN,
	continueFinalMessage: BOOLEAN,
	tools: LIST,
	toolChoice: ANYTHING,
	parallelToolCalls: BOOLEAN,
};
/** Numbers of any size: `checkRequest` knows their ranges. */
const GENERATE_OPTIONS: Kinds<GenerateOptions> = {
	maxTokens: NUMBER,
	temperature: NUMBER,
	seed: NUMBER,
	stop: listOf("a list of strings", TEXT),
	sampling: optionsOf("sampling options (see SamplingOptions)", SAMPLING_KINDS),
	chat: optionsOf("chat options (see ChatOptions)", CHAT_KINDS),
	logprobs: integerFrom(0, 20),
	body: OBJECT,
	headers: HEADERS,
	signal: SIGNAL,
};
const EMBED_OPTIONS: Kinds<EmbedOptions> = {
	onUsage: FUNCTION,
	body: OBJECT,
	headers: HEADERS,
	signal: SIGNAL,
};
const TOKENIZE_OPTIONS: Kinds<TokenizeOptions> = { addSpecial: BOOLEAN };

const MESSAGE: Kind = {
	words: "a message",
	accepts: (value) =>
		objectWith("", "role", "content").accepts(value) &&
		TEXT.accepts((value as { role: unknown }).role) &&
		CONTENT.accepts((value as { content: unknown }).content),
};
const CONTENT: Kind = either(TEXT, { words: "null", accepts: (value) => value === null }, LIST);
const MESSAGES: Kind = listOf("a list of messages with a role and a content", MESSAGE);
export const PROMPT: Kind = either(TEXT, MESSAGES, TOKENS);
const EMBEDDED: Kind = either(TEXT, TOKENS);

/** @throws {ArgumentError} ERR_ARG: a value is of another kind than `generate` takes. */
export function checkGenerate(prompt: unknown, options: unknown): void {
	checkArgument("run a request", "prompt", prompt, PROMPT);
	checkOptions("run a request", options, GENERATE_OPTIONS);
}

/** @throws {ArgumentError} ERR_ARG: a value is of another kind than `embed` takes. */
export function checkEmbed(text: unknown, options: unknown): void {
	checkArgument("embed a text", "text", text, EMBEDDED);
	checkOptions("embed a text", options, EMBED_OPTIONS);
}

/** @throws {ArgumentError} ERR_ARG: a value is of another kind than `embedMany` takes. */
export function checkEmbedMany(texts: unknown, options: unknown): void {
	checkArgument(
		"embed texts",
		"texts",
		texts,
		listOf("a list of strings or of lists of token ids", EMBEDDED),
	);
	checkOptions("embed texts", options, EMBED_OPTIONS);
}

/** @throws {ArgumentError} ERR_ARG: it is no prompt. */
export function checkCounted(prompt: unknown): void {
	checkArgument("count tokens", "prompt", prompt, PROMPT);
}

/** @throws {ArgumentError} ERR_ARG: a value is of another kind than `applyTemplate` takes. */
export function checkTemplate(messages: unknown, options: unknown): void {
	checkArgument("apply a chat template", "messages", messages, MESSAGES);
	checkOptions("apply a chat template", options, CHAT_KINDS);
}

/** @throws {ArgumentError} ERR_ARG: a value is of another kind than `tokenize` takes. */
export function checkTokenize(text: unknown, options: unknown): void {
	checkArgument("tokenize a text", "text", text, TEXT);
	checkOptions("tokenize a text", options, TOKENIZE_OPTIONS);
}

/** @throws {ArgumentError} ERR_ARG: they are no tokens. */
export function checkTokens(tokens: unknown): void {
	checkArgument("detokenize", "tokens", tokens, TOKENS);
}
