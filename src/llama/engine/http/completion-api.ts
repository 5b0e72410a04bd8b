import type { FinishReason, Usage } from "../engine.ts";
import type { Prompt } from "../prompt.ts";
import type { CheckedRequest } from "../request.ts";

/** What a server tells while it works at one request. */
export type CompletionEvent =
	/** It has begun to read the prompt, of which it had a part already. */
	| { readonly type: "begun"; readonly promptTokens: number; readonly cachedTokens: number }
	/** Text of whole characters, maybe none, and the number of tokens that were sampled so far. */
	| { readonly type: "text"; readonly text: string; readonly sampled: number }
	| { readonly type: "end"; readonly finishReason: FinishReason; readonly usage: Usage };

/** A server's way of being asked for completions. */
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
	/** A vector of length 1. */
	embed(text: string, signal?: AbortSignal): Promise<Float32Array>;
}
