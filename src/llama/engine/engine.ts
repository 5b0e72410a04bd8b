/**
 * What every engine offers, whatever runs llama.cpp behind it. One meaning for all of them: the seed is always set, a
 * prompt that does not fit is an error and never cut, no repeat penalty, no hidden system prompt.
 */

import { EngineError } from "../errors.ts";

/** One turn of a conversation. */
export interface ChatMessage {
	/** "system", "user", "assistant", or what else the model's chat template knows. */
	readonly role: string;
	readonly content: string;
}

/**
 * What to continue. A string is continued as it stands (after the model's BOS token); messages go through the chat
 * template that the model file carries.
 */
export type Prompt = string | readonly ChatMessage[];

/** Options of one request. */
export interface GenerateOptions {
	/** Most tokens to generate; the end of the context may come first. @default 128 */
	readonly maxTokens?: number;
	/** 0 always takes the likeliest token. @default 0 */
	readonly temperature?: number;
	/** Same seed, prompt and options: same text. @default 0 */
	readonly seed?: number;
	/** Generation ends before the first of these texts, which is not part of the result. */
	readonly stop?: readonly string[];
	/** Ends the request and frees its sequence, also while the prompt is still being read. */
	readonly signal?: AbortSignal;
}

/** Options of one embedding. */
export interface EmbedOptions {
	/** Gives up the embedding. */
	readonly signal?: AbortSignal;
}

/** Token counts of one request. */
export interface Usage {
	readonly promptTokens: number;
	/** Tokens of the prompt that were already in the sequence's memory and were not computed again. */
	readonly cachedTokens: number;
	/** Sampled tokens, the end-of-generation token included. */
	readonly completionTokens: number;
}

/** Milliseconds. A request starts when its first event is asked for. */
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

/** A piece of text, never a part of a character. */
export interface TokenEvent {
	readonly type: "token";
	readonly text: string;
}

/** The last event of a request. */
export interface DoneEvent {
	readonly type: "done";
	/** All the text. */
	readonly text: string;
	readonly finishReason: FinishReason;
	readonly usage: Usage;
	readonly timings: Timings;
}

export type GenerateEvent = TokenEvent | DoneEvent;

/** What a started engine says about itself. */
export interface EngineInfo {
	/** Which implementation: "node-llama-cpp", "llama-server" or "endpoint". */
	readonly kind: string;
	/** Where the model's layers run. */
	readonly device: "cuda" | "metal" | "vulkan" | "cpu" | "unknown";
	/** Name of that device: the GPU's or the processor's. */
	readonly deviceName: string;
	/** Every GPU that this engine uses. */
	readonly devices: readonly string[];
	/** Layers on the GPU. */
	readonly gpuLayers: number;
	/** Requests that run at the same time; more wait their turn. */
	readonly slots: number;
	/** Tokens that prompt and completion of each request may have together. */
	readonly contextSize: number;
	readonly threads: number;
	/** Versions of the implementation and of its llama.cpp, as far as it tells: "3.21.1, llama.cpp v0.4.0". */
	readonly version?: string;
	/** Path or name of the model. */
	readonly model: string;
	/** Process that runs the model, if it belongs to this one. */
	readonly pid?: number;
	/** Something that the user should know, such as a GPU that could not be used. */
	readonly note?: string;
}

/** A loaded model that continues prompts, several at the same time. */
export interface Engine {
	readonly info: EngineInfo;
	/** Why no request can run any more: it died or was closed. */
	readonly failure: EngineError | undefined;
	/**
	 * Continues a prompt. Yields pieces of text as they are made and ends with one "done" event; leaving the loop early
	 * ends the request.
	 *
	 * @throws {EngineError} the prompt does not fit, or the engine died.
	 */
	generate(prompt: Prompt, options?: GenerateOptions): AsyncIterable<GenerateEvent>;
	/** Tokens of a prompt as `generate` would count them. */
	countTokens(prompt: Prompt): Promise<number>;
	/**
	 * The model's embedding of a text, pooled as the model file says (else that of the last token), of length 1: the dot
	 * product of two is their cosine similarity.
	 *
	 * @throws {EngineError} the text does not fit, or the model makes no embeddings.
	 */
	embed(text: string, options?: EmbedOptions): Promise<Float32Array>;
	/** Stops the engine; its running requests are rejected. */
	close(): Promise<void>;
}

/** The error of an engine that ended a request without its "done" event. */
export function noResult(): EngineError {
	return new EngineError("ERR_GENERATE", "The engine ended a request without a result");
}

/**
 * Runs one request to its end.
 *
 * @throws {EngineError} what `engine.generate` throws.
 */
export async function complete(
	engine: Engine,
	prompt: Prompt,
	options?: GenerateOptions,
): Promise<DoneEvent> {
	for await (const event of engine.generate(prompt, options)) {
		if (event.type === "done") return event;
	}
	throw noResult();
}
