/**
 * What every engine offers, whatever runs llama.cpp behind it. One meaning for all of them: the seed is always set, a
 * prompt that does not fit is an error and never cut, no repeat penalty unless asked, no hidden system prompt.
 */

import type { EngineError } from "../errors.ts";
import type { ChatMessage, Prompt } from "./prompt.ts";
import type { ChatOptions, SamplingOptions, TokenLogprob } from "./sampling.ts";

/** Options of one request. */
export interface GenerateOptions {
	/**
	 * Most tokens to generate, from 1 up; the end of the context may come first. Infinity: the rest of the context.
	 * @default 128
	 */
	readonly maxTokens?: number | undefined;
	/** From 0 to 100; 0 always takes the likeliest token. @default 0 */
	readonly temperature?: number | undefined;
	/** An integer, of which 32 bits count. Same seed, prompt and options: same text. @default 0 */
	readonly seed?: number | undefined;
	/** Generation ends before the first of these texts, which is not part of the result. @default none */
	readonly stop?: readonly string[] | undefined;
	/** How tokens are chosen, and what may come. @default see `SamplingOptions` */
	readonly sampling?: SamplingOptions | undefined;
	/** How messages become the text that the model reads. @default see `ChatOptions` */
	readonly chat?: ChatOptions | undefined;
	/** How likely each token was, and as many others in its place, from 0 to 20. @default not told */
	readonly logprobs?: number | undefined;
	/**
	 * A request body that an endpoint is sent as it stands, with the prompt, the seed and those of these options that are
	 * given; nothing that is left open is filled in. Other engines go by the options alone. @default none
	 */
	readonly body?: Readonly<Record<string, unknown>> | undefined;
	/** HTTP headers that go to an endpoint with the request, such as `traceparent`. Other engines have no use for them. @default none */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	/** Ends the request and frees its sequence, also while the prompt is still being read. @default none */
	readonly signal?: AbortSignal | undefined;
}

/** Options of embeddings. */
export interface EmbedOptions {
	/** Told once how many tokens all texts had together. @default nobody is told */
	readonly onUsage?: ((usage: { readonly promptTokens: number }) => void) | undefined;
	/** A request body that an endpoint is sent as it stands, with the texts. Other engines have no use for it. @default none */
	readonly body?: Readonly<Record<string, unknown>> | undefined;
	/** HTTP headers that go to an endpoint with the request, such as `traceparent`. Other engines have no use for them. @default none */
	readonly headers?: Readonly<Record<string, string>> | undefined;
	/** Gives up the embedding. @default none */
	readonly signal?: AbortSignal | undefined;
}

/** Options of a text's tokens. */
export interface TokenizeOptions {
	/** Whether to begin with the model's BOS token, where it wants one. @default true */
	readonly addSpecial?: boolean | undefined;
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

/** "stop": the model or a stop text ended it; "length": maxTokens or the context did; "tool_calls": it calls tools. */
export type FinishReason = "stop" | "length" | "tool_calls";

/** Which limit cut a text. */
export type Limit = "max_tokens" | "context";

/** What became of a request. */
export interface Completion {
	/** All the text. */
	readonly text: string;
	/** What the model thought before it answered, where that is told apart. */
	readonly reasoning?: string;
	/** Calls of tools, in OpenAI's form. */
	readonly toolCalls?: readonly unknown[];
	/** What ended the text. */
	readonly finishReason: FinishReason;
	/** With the reason "length": which limit it was. */
	readonly limit?: Limit;
	/** The stop text that ended it, if one did. */
	readonly stopText?: string;
	/** The model that an endpoint says it ran. */
	readonly model?: string;
	/** Each token of the text, if that was asked for. */
	readonly logprobs?: readonly TokenLogprob[];
	/** How many tokens it took. */
	readonly usage: Usage;
	/** How long it took. */
	readonly timings: Timings;
}

/** A piece of the text. */
export interface TokenEvent {
	/** Tells events apart. */
	readonly type: "token";
	/** Whole characters: those of one token, or of several that make one character together. */
	readonly text: string;
	/**
	 * The tokens whose text this is, where the engine tells them and they make exactly this text: prompt and tokens
	 * together can be continued elsewhere. Once a piece ends within a token, as before what may become a stop text, no
	 * later piece has them; nor has any after thoughts.
	 */
	readonly tokens?: readonly number[];
	/** How likely these tokens were, if that was asked for and is known already. */
	readonly logprobs?: readonly TokenLogprob[];
}

/** A piece of what the model thinks before it answers. */
export interface ReasoningEvent {
	/** Tells events apart. */
	readonly type: "reasoning";
	/** Whole characters. */
	readonly reasoning: string;
}

/** The last event of a request. */
export interface DoneEvent extends Omit<Completion, "text"> {
	/** Tells events apart. */
	readonly type: "done";
	/** All the text, which the pieces have had already. */
	readonly fullText: string;
}

/** What a request yields: pieces of thoughts and text, then one "done". */
export type GenerateEvent = TokenEvent | ReasoningEvent | DoneEvent;

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
	/** Whether the model has a chat template of its own; undefined if that is not known. */
	readonly chatTemplate?: boolean;
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
	 * Continues a prompt as `generate` does, and yields nothing but its text.
	 *
	 * @throws what `generate` throws.
	 */
	stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string>;
	/**
	 * Tokens of a prompt as `generate` would count them.
	 *
	 * @throws {EngineError} the engine died, the chat template refuses the messages, or an endpoint does not tell.
	 */
	countTokens(prompt: Prompt): Promise<number>;
	/**
	 * The text that the model reads for a conversation: its chat template applied, nothing added.
	 *
	 * @throws {EngineError} the chat template refuses the messages; ERR_UNSUPPORTED: an endpoint does not tell.
	 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
	 */
	applyTemplate(messages: readonly ChatMessage[], options?: ChatOptions): Promise<string>;
	/**
	 * The tokens of a text; names of special tokens in it are those tokens.
	 *
	 * @throws {EngineError} the engine died; ERR_UNSUPPORTED: an endpoint does not tell.
	 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
	 */
	tokenize(text: string, options?: TokenizeOptions): Promise<number[]>;
	/**
	 * The text of tokens; special tokens are there by their names, as `tokenize` reads them.
	 *
	 * @throws {EngineError} the engine died; ERR_UNSUPPORTED: an endpoint does not tell.
	 * @throws {ArgumentError} ERR_ARG: a value has the wrong type.
	 */
	detokenize(tokens: readonly number[]): Promise<string>;
	/**
	 * The model's embedding of a text, pooled as the model file says (else that of the last token), of length 1: the dot
	 * product of two is their cosine similarity.
	 *
	 * @throws {EngineError} the text does not fit, or the model makes no embeddings.
	 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
	 */
	embed(text: string | readonly number[], options?: EmbedOptions): Promise<Float32Array>;
	/**
	 * The embeddings of several texts (or lists of tokens), in their order, computed together as far as the device has
	 * room.
	 *
	 * @throws {EngineError} a text does not fit, or the model makes no embeddings.
	 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
	 */
	embedMany(texts: readonly (string | readonly number[])[], options?: EmbedOptions): Promise<Float32Array[]>;
	/**
	 * Resolves when a request can run: of an engine that starts itself again, once it is up.
	 *
	 * @throws {EngineError} none can run any more.
	 */
	ready(): Promise<void>;
	/**
	 * What the engine says of itself, by the names of its own metrics with their labels: those of llama-server. Never waits
	 * for a request, and not long for anything; none of an engine that keeps no figures.
	 */
	figures?(): Promise<Readonly<Record<string, number>>>;
	/** Stops the engine and rejects its running requests. Resolves once its process is gone. */
	close(): Promise<void>;
}
