import { ArgumentError } from "../../base/errors.ts";
import { EngineError } from "../errors.ts";
import { checkGenerate } from "./check.ts";
import type { GenerateOptions } from "./engine.ts";
import { grammarOf } from "./grammar/grammar-of.ts";
import type { Prompt } from "./prompt.ts";
import type { ChatOptions, SamplingOptions } from "./sampling.ts";

/** One request, with every value checked and, unless it has a body, every default filled in. */
export interface CheckedRequest {
	readonly prompt: Prompt;
	/** From 1 up; undefined: the rest of the context. */
	readonly maxTokens: number | undefined;
	/** From 0 to 100; 0 is greedy. Undefined only with a body that leaves it open. */
	readonly temperature: number | undefined;
	/** 32 bits, and not the value that llama.cpp takes for "choose one". */
	readonly seed: number;
	readonly stop: readonly string[];
	/** Without a body `topK`, `topP` and `minP` are there. */
	readonly sampling: SamplingOptions;
	readonly chat: ChatOptions;
	readonly logprobs: number | undefined;
	readonly body: Readonly<Record<string, unknown>> | undefined;
	readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What is not asked for is set all the same: defaults differ between versions and engines. */
export const SAMPLING = { topK: 40, topP: 0.95, minP: 0.05 } as const;

const DEFAULT_MAX_TOKENS = 128;
/** llama.cpp takes this seed for "choose one". */
const RANDOM_SEED = 2 ** 32 - 1;

/**
 * Checks and completes the options of one request.
 *
 * @param schemas The server reads JSON schemas itself; else they become grammars.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 * @throws {RangeError} a number is out of its range.
 * @throws {EngineError} ERR_PROMPT: there are no messages, or no tokens.
 */
export function checkRequest(
	prompt: Prompt,
	options: GenerateOptions,
	{ schemas = false }: { readonly schemas?: boolean } = {},
): CheckedRequest {
	checkGenerate(prompt, options);
	const { body, seed = 0, stop = [], chat = {}, logprobs, headers } = options;
	const open = body !== undefined;
	const { maxTokens = open ? Number.POSITIVE_INFINITY : DEFAULT_MAX_TOKENS } = options;
	const temperature = options.temperature ?? (open ? undefined : 0);
	if (temperature !== undefined && !(temperature >= 0 && temperature <= 100)) {
		throw new RangeError(`Cannot use temperature ${temperature}: it is a number from 0 to 100`);
	}
	if (!Number.isSafeInteger(seed)) throw new RangeError(`Cannot use seed ${seed}: it is an integer`);
	if (typeof prompt !== "string" && prompt.length === 0) {
		throw new EngineError("ERR_PROMPT", "Cannot continue an empty list of messages");
	}
	return {
		...{ prompt, temperature, stop, chat, logprobs, body, headers },
		maxTokens: maxTokens === Number.POSITIVE_INFINITY ? undefined : positive("maxTokens", maxTokens),
		seed: seedOf(seed),
		sampling: open
			? given(options.sampling)
			: {
					...SAMPLING,
					...(schemas ? given(options.sampling) : withGrammar(given(options.sampling))),
				},
	};
}

/** A JSON schema becomes a grammar, the same one for every engine; a grammar is looked at before llama.cpp is. */
function withGrammar({ jsonSchema, ...sampling }: SamplingOptions): SamplingOptions {
	const { grammar } = sampling;
	if (jsonSchema !== undefined && grammar !== undefined) {
		throw new ArgumentError("ERR_ARG", "Cannot run a request with a grammar and a jsonSchema");
	}
	try {
		if (jsonSchema !== undefined) {
			return { ...sampling, grammar: grammarOf({ kind: "schema", schema: jsonSchema }) };
		}
		if (grammar !== undefined) grammarOf({ kind: "grammar", grammar });
		return sampling;
	} catch (error) {
		if (!(error instanceof ArgumentError)) throw error;
		throw new ArgumentError("ERR_ARG", `Cannot run a request: ${error.message}`);
	}
}

/** What was given, without what is undefined. */
function given(sampling: SamplingOptions = {}): SamplingOptions {
	return Object.fromEntries(Object.entries(sampling).filter(([, value]) => value !== undefined));
}

/** The error of a prompt that leaves no room for an answer. */
export function promptTooLong(tokens: number, contextSize: number): EngineError {
	return new EngineError(
		"ERR_PROMPT_TOO_LONG",
		`Cannot run a prompt of ${tokens} tokens: the context has ${contextSize} tokens, and at least one must be left for the answer`,
	);
}

/** The two numbers that the error of a prompt or a text that does not fit tells; undefined if it has none. */
export function overflowIn(
	message: string,
): { readonly tokens: number; readonly contextSize: number } | undefined {
	const [, tokens, contextSize] =
		/a (?:prompt|text) of (\d+) tokens: the context has (\d+) tokens/.exec(message) ?? [];
	if (tokens === undefined || contextSize === undefined) return undefined;
	return { tokens: Number(tokens), contextSize: Number(contextSize) };
}

/** The error of a text to embed that does not fit. */
export function textTooLong(tokens: number, contextSize: number): EngineError {
	return new EngineError(
		"ERR_PROMPT_TOO_LONG",
		`Cannot embed a text of ${tokens} tokens: the context has ${contextSize} tokens, and one must be left for the model's end token`,
	);
}

/**
 * An option that must be an integer from 1 up.
 *
 * @throws {RangeError} it is something else.
 */
export function positive(name: string, value: number): number {
	if (!Number.isSafeInteger(value) || value < 1) {
		throw new RangeError(`Cannot use ${name} ${value}: it is an integer from 1 up`);
	}
	return value;
}

/** The lower 32 bits of a seed, but never those that llama.cpp takes for "choose one". */
function seedOf(seed: number): number {
	const bits = seed >>> 0;
	return bits === RANDOM_SEED ? RANDOM_SEED - 1 : bits;
}
