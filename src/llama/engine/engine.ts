/**
 * What every engine offers, whatever runs llama.cpp behind it. One meaning for all of them: the seed is always set, a
 * prompt that does not fit is an error and never cut, no repeat penalty, no hidden system prompt.
 */

import type { EngineError } from "../errors.ts";

/** One turn of a conversation. */
export interface ChatMessage {
	/** "system", "user", "assistant", or what else the model's chat template knows. */
	readonly role: string;
	/** What was said. */
	readonly content: string;
}

/**
 * What to continue. A string is continued as it stands (after the model's BOS token); messages go through the chat
 * template that the model file carries.
 */
export type Prompt = string | readonly ChatMessage[];

/** Options of one request. */
export interface GenerateOptions {
	/** Most tokens to generate, from 1 up; the end of the context may come first. @default 128 */
	readonly maxTokens?: number | undefined;
	/** From 0 to 100; 0 always takes the likeliest token. @default 0 */
	readonly temperature?: number | undefined;
	/** An integer, of which 32 bits count. Same seed, prompt and options: same text. @default 0 */
	readonly seed?: number | undefined;
	/** Generation ends before the first of these texts, which is not part of the result. @default none */
	readonly stop?: readonly string[] | undefined;
	/** Ends the request and frees its sequence, also while the prompt is still being read. @default none */
	readonly signal?: AbortSignal | undefined;
}

/** Options of one embedding. */
export interface EmbedOptions {
	/** Gives up the embedding. @default none */
	readonly signal?: AbortSignal | undefined;
}

/** Token counts of one request. */
export interface Usage {
	/** Tokens of the prompt, its BOS token and chat template included. */
	readonly promptTokens: number;
	/** Tokens of the prompt that were already in the sequence's memory and were not computed again. */
	readonly cachedTokens: number;
	/** Sampled tokens, the end-of-generation token included. */
	readonly completionTokens: number;
}

/** How long a request took, in milliseconds. It starts when its first event is asked for. */
export interface Timings {
	/** Spent waiting for a free sequence. */
	readonly queueMs: number;
	/** From the start to the first token. */
	readonly ttftMs: number;
	/** From the start to the end. */
	readonly totalMs: number;
}

/** "stop": the model or a stop text ended it; "length": maxTokens or the context did. */
export type FinishReason = "stop" | "length";

/** A piece of the text. */
export interface TokenEvent {
	/** Tells events apart. */
	readonly type: "token";
	/** Whole characters: those of one token, or of several that make one character together. */
	readonly text: string;
}

/** The last event of a request. */
export interface DoneEvent {
	/** Tells events apart. */
	readonly type: "done";
	/** All the text. */
	readonly text: string;
	/** What ended the text. */
	readonly finishReason: FinishReason;
	/** How many tokens it took. */
	readonly usage: Usage;
	/** How long it took. */
	readonly timings: Timings;
}

/** What a request yields: pieces of text, then one "done". */
export type GenerateEvent = TokenEvent | DoneEvent;

/** What a started engine says about itself. */
export interface EngineInfo {
	/** Which implementation: "node-llama-cpp", "llama-server" or "endpoint". */
	readonly kind: string;
	/** Where the model's layers run; "unknown" for an endpoint. */
	readonly device: "cuda" | "metal" | "vulkan" | "cpu" | "unknown";
	/** Name of that device: the GPU's or the processor's; an endpoint's host. */
	readonly deviceName: string;
	/** Names of all GPUs that this engine uses. */
	readonly devices: readonly string[];
	/** Layers on the GPU, the output layer counted. */
	readonly gpuLayers: number;
	/** Requests that run at the same time; more wait their turn. */
	readonly slots: number;
	/** Tokens that prompt and completion of each request may have together; 0 if an endpoint does not tell. */
	readonly contextSize: number;
	/** Processor threads that compute; 0 for an endpoint. */
	readonly threads: number;
	/** Versions of the implementation and of its llama.cpp, as far as it tells: "3.21.1, llama.cpp v0.4.0". */
	readonly version?: string;
	/** Path or name of the model. */
	readonly model: string;
	/** Id of the process that runs the model, if it belongs to this one. */
	readonly pid?: number;
	/** Something that the user should know, such as a GPU that could not be used. */
	readonly note?: string;
}

/** A loaded model that continues prompts, several at the same time. */
export interface Engine {
	/** What it is and where it runs. */
	readonly info: EngineInfo;
	/** Why no request can run any more, because it died or was closed; undefined while it works. */
	readonly failure: EngineError | undefined;
	/**
	 * Continues a prompt. Yields pieces of text as they are made and ends with one "done" event; leaving the loop early
	 * ends the request.
	 *
	 * @throws {EngineError} the prompt does not fit, or the engine died.
	 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
	 * @throws {RangeError} a number is out of its range.
	 */
	generate(prompt: Prompt, options?: GenerateOptions): AsyncIterable<GenerateEvent>;
	/**
	 * Tokens of a prompt as `generate` would count them.
	 *
	 * @throws {EngineError} the engine died, or the chat template refuses the messages.
	 */
	countTokens(prompt: Prompt): Promise<number>;
	/**
	 * The model's embedding of a text, pooled as the model file says (else that of the last token), of length 1: the dot
	 * product of two is their cosine similarity.
	 *
	 * @throws {EngineError} the text does not fit, or the model makes no embeddings.
	 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
	 */
	embed(text: string, options?: EmbedOptions): Promise<Float32Array>;
	/** Stops the engine and rejects its running requests. Resolves once its process is gone. */
	close(): Promise<void>;
}
