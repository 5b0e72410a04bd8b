import type { EmbedOptions, FinishReason, Limit, TokenizeOptions, Usage } from "../engine.ts";
import type { ChatMessage, Prompt } from "../prompt.ts";
import type { CheckedRequest } from "../request.ts";
import type { ChatOptions, TokenLogprob } from "../sampling.ts";
import type { ThinkingFilter } from "../thinking.ts";

/** What a server tells while it works at one request. */
export type CompletionEvent =
	/** The prompt is ready to be sent; its text may begin with thoughts, which this parts from the answer. */
	| { readonly type: "prepared"; readonly thinking: ThinkingFilter }
	/** It has begun to read the prompt, of which it had a part already. */
	| { readonly type: "begun"; readonly promptTokens: number; readonly cachedTokens: number }
	/** Text of whole characters, maybe none, and the number of tokens that were sampled so far. */
	| {
			readonly type: "text";
			readonly text: string;
			readonly sampled: number;
			/** Those of them that came with this text; undefined if they are not all known. */
			readonly tokens?: readonly number[];
			readonly logprobs?: readonly TokenLogprob[];
	  }
	/** Thoughts, from a server that parts them itself. */
	| { readonly type: "reasoning"; readonly text: string; readonly sampled: number }
	| ({ readonly type: "end" } & CompletionEnd);

/** How a request ended well. */
export interface CompletionEnd {
	readonly finishReason: FinishReason;
	readonly limit?: Limit;
	readonly toolCalls?: readonly unknown[];
	/** The model that the server says it ran. */
	readonly model?: string;
	readonly usage: Usage;
}

/** A server's way of being asked. */
export interface CompletionApi {
	/** The server looks for stop texts itself. */
	readonly stops: boolean;
	/**
	 * Ends with an "end" event. An abort rejects with anything and ends the request on the server.
	 *
	 * @param slot Where to run the request, if the server is nobody else's.
	 */
	complete(request: CheckedRequest, signal: AbortSignal, slot?: number): AsyncIterable<CompletionEvent>;
	countTokens(prompt: Prompt): Promise<number>;
	applyTemplate(messages: readonly ChatMessage[], chat: ChatOptions): Promise<string>;
	tokenize(text: string, options: TokenizeOptions): Promise<number[]>;
	detokenize(tokens: readonly number[]): Promise<string>;
	/** Vectors of length 1. */
	embed(texts: readonly (string | readonly number[])[], options: EmbedOptions): Promise<Float32Array[]>;
}
