import { EngineError } from "../../errors.ts";
import type { Limit } from "../engine.ts";
import type { CompletionEvent } from "./completion-api.ts";
import { type NativeChance, tokenLogprobs } from "./native-body.ts";

/** An event of `/completion`. */
interface Chunk {
	readonly content?: string;
	readonly tokens?: readonly number[];
	readonly completion_probabilities?: readonly NativeChance[];
	readonly stop?: boolean;
	readonly stop_type?: string;
	readonly tokens_predicted?: number;
	readonly tokens_evaluated?: number;
	readonly prompt_progress?: { readonly total: number; readonly cache: number };
	readonly timings?: { readonly cache_n?: number };
	readonly error?: { readonly message?: string };
}

/** How to read an answer. */
export interface NativeStreamOptions {
	/** Tokens that end the text before them. */
	readonly stopTokens: ReadonlySet<number>;
	/** How many of the likeliest tokens are wanted in the place of each. */
	readonly logprobs: number;
	/** Which limit the number of tokens that was asked for is. */
	readonly limit: Limit;
	/** Is given the tokens, if the server was asked to tell them. */
	readonly sampled?: number[];
}

/**
 * Reads an answer of `/completion`.
 *
 * @throws {EngineError} ERR_GENERATE: the server says that it failed.
 */
export async function* nativeStream(
	events: AsyncIterable<unknown>,
	{ stopTokens, logprobs, limit, sampled: tokens }: NativeStreamOptions,
): AsyncGenerator<CompletionEvent, void, undefined> {
	let cachedTokens = 0;
	let before = 0;
	for await (const event of events) {
		const chunk = event as Chunk;
		const { tokens_evaluated: promptTokens = 0, tokens_predicted: sampled = 0 } = chunk;
		if (chunk.error !== undefined) {
			throw new EngineError("ERR_GENERATE", `Cannot run a request: ${chunk.error.message}`);
		}
		if (chunk.prompt_progress !== undefined) {
			const { total, cache } = chunk.prompt_progress;
			cachedTokens = cache;
			yield { type: "begun", promptTokens: total, cachedTokens };
			continue;
		}
		const usage = { promptTokens, cachedTokens, completionTokens: sampled };
		if (chunk.tokens?.some((token) => stopTokens.has(token))) {
			yield { type: "end", finishReason: "stop", usage };
			return;
		}
		// Of a character of several tokens the server tells the last one only.
		const whole = chunk.tokens !== undefined && chunk.tokens.length === sampled - before;
		before = sampled;
		tokens?.push(...(chunk.tokens ?? []));
		const { completion_probabilities: chances } = chunk;
		yield {
			...{ type: "text", text: chunk.content ?? "", sampled },
			...(whole ? { tokens: chunk.tokens } : {}),
			...(chances === undefined ? {} : { logprobs: tokenLogprobs(chances, logprobs) }),
		};
		if (chunk.stop !== true) continue;
		const counted = { ...usage, cachedTokens: chunk.timings?.cache_n ?? cachedTokens };
		if (chunk.stop_type !== "limit") yield { type: "end", finishReason: "stop", usage: counted };
		else yield { type: "end", finishReason: "length", limit, usage: counted };
		return;
	}
}
