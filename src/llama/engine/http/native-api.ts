import { EngineError } from "../../errors.ts";
import { type ChatMessage, isMessages, type Prompt } from "../prompt.ts";
import { type CheckedRequest, promptTooLong, SAMPLING, textTooLong } from "../request.ts";
import { request, requestJson, StatusError, type Target } from "./client.ts";
import type { CompletionApi, CompletionEvent } from "./completion-api.ts";
import { embedding } from "./embedding.ts";
import { readEvents } from "./events.ts";

/** Tokens that a prompt may have more than it has bytes: those at its ends, and a space before it. */
const EXTRA_TOKENS = 8;

/** Everything that a server might otherwise do to a text by defaults of its own or of the model file. */
const NOTHING_ELSE = {
	top_k: SAMPLING.topK,
	top_p: SAMPLING.topP,
	min_p: SAMPLING.minP,
	typical_p: 1,
	repeat_penalty: 1,
	presence_penalty: 0,
	frequency_penalty: 0,
	dry_multiplier: 0,
	xtc_probability: 0,
	mirostat: 0,
	cache_prompt: true,
	// Without a selection the last event repeats the prompt and all options.
	response_fields: ["content", "stop", "stop_type", "tokens_predicted", "tokens_evaluated", "timings"],
};

/** An event of `/completion`. */
interface Chunk {
	readonly content?: string;
	readonly stop?: boolean;
	readonly stop_type?: string;
	readonly tokens_predicted?: number;
	readonly tokens_evaluated?: number;
	readonly prompt_progress?: { readonly total: number; readonly cache: number };
	readonly timings?: { readonly cache_n?: number };
	readonly error?: { readonly message?: string };
}

/** llama.cpp's own API: `/completion` and what belongs to it. */
export class NativeApi implements CompletionApi {
	readonly stops = false;
	readonly #target: Target;
	/** Tokens of context of each slot; undefined if only the server knows. Then it is the server that refuses. */
	readonly #contextSize: number | undefined;
	/** Why the server cannot apply the model's chat template: then there are no messages, only texts. */
	readonly #badTemplate: string | undefined;

	constructor(target: Target, contextSize: number | undefined, badTemplate?: string) {
		this.#target = target;
		this.#contextSize = contextSize;
		this.#badTemplate = badTemplate;
	}

	async *complete(
		{ prompt, maxTokens, temperature, seed }: CheckedRequest,
		signal: AbortSignal,
		slot?: number,
	): AsyncGenerator<CompletionEvent, void, undefined> {
		const input = await this.#input(prompt, maxTokens ?? -1, signal);
		const json = {
			...NOTHING_ELSE,
			...input,
			temperature,
			seed,
			...(slot === undefined ? {} : { id_slot: slot }),
			stream: true,
			// Progress events mark the end of queueing. And only a server that is writing notices a closed connection.
			return_progress: true,
		};
		let cachedTokens = 0;
		for await (const event of readEvents(await this.#post(json, signal))) {
			const chunk = event as Chunk;
			const { tokens_evaluated: promptTokens = 0, tokens_predicted: sampled = 0 } = chunk;
			if (chunk.error !== undefined) {
				throw new EngineError("ERR_GENERATE", `Cannot run a request: ${chunk.error.message}`);
			}
			if (chunk.prompt_progress !== undefined) {
				const { total, cache } = chunk.prompt_progress;
				cachedTokens = cache;
				yield { type: "begun", promptTokens: total, cachedTokens };
			} else {
				yield { type: "text", text: chunk.content ?? "", sampled };
			}
			if (chunk.stop === true) {
				const finishReason = chunk.stop_type === "limit" ? "length" : "stop";
				const cached = chunk.timings?.cache_n ?? cachedTokens;
				const usage = { promptTokens, cachedTokens: cached, completionTokens: sampled };
				yield { type: "end", finishReason, usage };
				return;
			}
		}
	}

	async countTokens(prompt: Prompt): Promise<number> {
		return (await this.#tokenize(await this.#render(prompt))).length;
	}

	/** @throws {StatusError} the server does not embed. */
	async embed(text: string, signal?: AbortSignal): Promise<Float32Array> {
		const tokens = await this.#tokenize(text, signal);
		const size = this.#contextSize;
		if (size !== undefined && tokens.length >= size) throw textTooLong(tokens.length, size);
		return embedding(await requestJson(this.#target, "/v1/embeddings", { json: { input: tokens }, signal }));
	}

	/** The prompt, as tokens if it may not fit, and how many may follow it. */
	async #input(
		prompt: Prompt,
		maxTokens: number,
		signal: AbortSignal,
	): Promise<{ readonly prompt: string | readonly number[]; readonly n_predict: number }> {
		const text = await this.#render(prompt, signal);
		const size = this.#contextSize;
		const fits = size === undefined || Buffer.byteLength(text) + EXTRA_TOKENS + maxTokens <= size;
		if (fits && text !== "") return { prompt: text, n_predict: maxTokens };
		const tokens = await this.#tokenize(text, signal);
		if (tokens.length === 0)
			throw new EngineError("ERR_PROMPT", "Cannot continue an empty prompt: this model has no BOS token");
		if (size === undefined) return { prompt: tokens, n_predict: maxTokens };
		if (tokens.length + 1 > size) throw promptTooLong(tokens.length, size);
		return { prompt: tokens, n_predict: Math.min(maxTokens, size - tokens.length) };
	}

	async #post(json: unknown, signal: AbortSignal) {
		try {
			return await request(this.#target, "/completion", { json, signal });
		} catch (error) {
			throw requestError(error);
		}
	}

	/** Messages go through the model's own chat template. */
	async #render(prompt: Prompt, signal?: AbortSignal): Promise<string> {
		if (typeof prompt === "string") return prompt;
		if (!isMessages(prompt)) throw new EngineError("ERR_UNSUPPORTED", "Cannot run tokens");
		if (this.#badTemplate !== undefined) throw templateError(this.#badTemplate);
		const json: { messages: readonly ChatMessage[] } = { messages: prompt };
		try {
			const answer = await requestJson(this.#target, "/apply-template", { json, signal });
			return (answer as { prompt: string }).prompt;
		} catch (error) {
			if (!(error instanceof StatusError) || ![400, 500].includes(error.status)) throw error;
			throw templateError(error.reason, error);
		}
	}

	async #tokenize(content: string, signal?: AbortSignal): Promise<readonly number[]> {
		const json = { content, add_special: true, parse_special: true };
		const answer = await requestJson(this.#target, "/tokenize", { json, signal });
		return (answer as { tokens: readonly number[] }).tokens;
	}
}

function templateError(reason: string, cause?: unknown): EngineError {
	return new EngineError("ERR_PROMPT", `Cannot apply the model's chat template: ${reason}`, { cause });
}

/** A refusal of the request by llama.cpp, as an EngineError; other errors as they are. */
function requestError(error: unknown): unknown {
	if (!(error instanceof StatusError)) return error;
	const { error: told } = (error.body ?? {}) as {
		error?: { type?: string; n_prompt_tokens?: number; n_ctx?: number };
	};
	if (told?.type === "exceed_context_size_error") {
		return promptTooLong(told.n_prompt_tokens ?? Number.NaN, told.n_ctx ?? Number.NaN);
	}
	if (told?.type !== "invalid_request_error") return error;
	return new EngineError("ERR_GENERATE", `Cannot run a request: ${error.message}`, { cause: error });
}
