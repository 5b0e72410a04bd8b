import { EngineError } from "../../errors.ts";
import type { EmbedOptions, Limit, TokenizeOptions } from "../engine.ts";
import { type ChatMessage, isMessages, isTokens, type Prompt } from "../prompt.ts";
import { type CheckedRequest, promptTooLong, textTooLong } from "../request.ts";
import type { ChatOptions } from "../sampling.ts";
import { ThinkingFilter, thinkTagsOf } from "../thinking.ts";
import { request, requestJson, StatusError, type Target } from "./client.ts";
import type { CompletionApi, CompletionEvent } from "./completion-api.ts";
import { embeddings } from "./embedding.ts";
import { readEvents } from "./events.ts";
import { type NativeChance, nativeBody, tokenLogprobs } from "./native-body.ts";

/** Tokens that a prompt may have more than it has bytes: those at its ends, and a space before it. */
const EXTRA_TOKENS = 8;

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

/** What is known of a server besides where it is. */
export interface NativeOptions {
	/** Tokens of context of each slot; undefined if only the server knows. Then it is the server that refuses. */
	readonly contextSize?: number | undefined;
	/** The model's chat template. */
	readonly chatTemplate?: string | undefined;
	/** Why the server cannot apply the model's chat template: then there are no messages, only texts. */
	readonly badTemplate?: string | undefined;
}

/** A prompt as it is sent, and how much may follow it. */
interface Input {
	readonly prompt: string | readonly number[];
	readonly n_predict: number;
	/** Which limit `n_predict` is. */
	readonly limit: Limit;
}

/** llama.cpp's own API: `/completion` and what belongs to it. */
export class NativeApi implements CompletionApi {
	readonly stops = false;
	readonly #target: Target;
	readonly #options: NativeOptions;

	constructor(target: Target, options: NativeOptions) {
		this.#target = target;
		this.#options = options;
	}

	async *complete(
		checked: CheckedRequest,
		signal: AbortSignal,
		slot?: number,
	): AsyncGenerator<CompletionEvent, void, undefined> {
		refuseMinTokens(checked);
		const { prompt, maxTokens, chat, logprobs = 0 } = checked;
		const rendered = await this.#render(prompt, chat, signal);
		const thinking = this.#thinking(prompt, rendered);
		if (thinking !== undefined) yield { type: "prepared", thinking };
		const { limit, ...input } = await this.#input(rendered, maxTokens, signal);
		const stopTokens = new Set(checked.sampling.stopTokens);
		const json = {
			...nativeBody(checked),
			...input,
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
				continue;
			}
			const usage = { promptTokens, cachedTokens, completionTokens: sampled };
			if (chunk.tokens?.some((token) => stopTokens.has(token))) {
				yield { type: "end", finishReason: "stop", usage };
				return;
			}
			const { completion_probabilities: chances } = chunk;
			yield {
				...{ type: "text", text: chunk.content ?? "", sampled },
				...(chances === undefined ? {} : { logprobs: tokenLogprobs(chances, logprobs) }),
			};
			if (chunk.stop === true) {
				const ended = chunk.stop_type !== "limit";
				const counted = { ...usage, cachedTokens: chunk.timings?.cache_n ?? cachedTokens };
				if (ended) yield { type: "end", finishReason: "stop", usage: counted };
				else yield { type: "end", finishReason: "length", limit, usage: counted };
				return;
			}
		}
	}

	async countTokens(prompt: Prompt): Promise<number> {
		const text = await this.#render(prompt, {});
		return typeof text === "string" ? (await this.tokenize(text)).length : text.length;
	}

	/** Messages go through the model's own chat template. */
	async applyTemplate(
		messages: readonly ChatMessage[],
		{
			templateKwargs,
			continueFinalMessage = false,
			addGenerationPrompt = !continueFinalMessage,
		}: ChatOptions,
		signal?: AbortSignal,
	): Promise<string> {
		const { badTemplate } = this.#options;
		if (badTemplate !== undefined) throw templateError(badTemplate);
		const json = {
			messages,
			...(templateKwargs === undefined ? {} : { chat_template_kwargs: templateKwargs }),
			...{ add_generation_prompt: addGenerationPrompt, continue_final_message: continueFinalMessage },
		};
		try {
			const answer = await requestJson(this.#target, "/apply-template", { json, signal });
			return (answer as { prompt: string }).prompt;
		} catch (error) {
			if (!(error instanceof StatusError) || ![400, 500].includes(error.status)) throw error;
			throw templateError(error.reason, error);
		}
	}

	async tokenize(
		content: string,
		{ addSpecial = true }: TokenizeOptions = {},
		signal?: AbortSignal,
	): Promise<number[]> {
		const json = { content, add_special: addSpecial, parse_special: true };
		const answer = await requestJson(this.#target, "/tokenize", { json, signal });
		return (answer as { tokens: number[] }).tokens;
	}

	async detokenize(tokens: readonly number[]): Promise<string> {
		const answer = await requestJson(this.#target, "/detokenize", { json: { tokens } });
		return (answer as { content: string }).content;
	}

	/** @throws {StatusError} the server does not embed. */
	async embed(
		texts: readonly (string | readonly number[])[],
		{ signal, onUsage }: EmbedOptions,
	): Promise<Float32Array[]> {
		if (texts.length === 0) return [];
		const { contextSize: size } = this.#options;
		const input = await Promise.all(
			texts.map((text) => (typeof text === "string" ? this.tokenize(text, {}, signal) : text)),
		);
		const tooLong = input.find((tokens) => size !== undefined && tokens.length >= size);
		if (tooLong !== undefined) throw textTooLong(tooLong.length, size ?? 0);
		const answer = await requestJson(this.#target, "/v1/embeddings", { json: { input }, signal });
		onUsage?.({ promptTokens: input.reduce((sum, { length }) => sum + length, 0) });
		return embeddings(answer, texts.length).vectors;
	}

	/** The prompt, as tokens if it may not fit, and how many may follow it. */
	async #input(
		rendered: string | readonly number[],
		maxTokens: number | undefined,
		signal: AbortSignal,
	): Promise<Input> {
		const { contextSize: size } = this.#options;
		const limit = "max_tokens";
		if (typeof rendered === "string" && rendered !== "") {
			const most = Buffer.byteLength(rendered) + EXTRA_TOKENS + (maxTokens ?? Number.POSITIVE_INFINITY);
			if (size === undefined) return { prompt: rendered, n_predict: maxTokens ?? -1, limit };
			if (maxTokens !== undefined && most <= size) return { prompt: rendered, n_predict: maxTokens, limit };
		}
		const tokens = typeof rendered === "string" ? await this.tokenize(rendered, {}, signal) : rendered;
		if (tokens.length === 0)
			throw new EngineError("ERR_PROMPT", "Cannot continue an empty prompt: this model has no BOS token");
		if (size === undefined) return { prompt: tokens, n_predict: maxTokens ?? -1, limit };
		const room = size - tokens.length;
		if (room < 1) throw promptTooLong(tokens.length, size);
		if (maxTokens !== undefined && maxTokens <= room) return { prompt: tokens, n_predict: maxTokens, limit };
		return { prompt: tokens, n_predict: room, limit: "context" };
	}

	async #render(
		prompt: Prompt,
		chat: ChatOptions,
		signal?: AbortSignal,
	): Promise<string | readonly number[]> {
		if (typeof prompt === "string" || isTokens(prompt)) return prompt;
		return await this.applyTemplate(prompt, chat, signal);
	}

	#thinking(prompt: Prompt, rendered: string | readonly number[]): ThinkingFilter | undefined {
		const { chatTemplate = "" } = this.#options;
		if (!isMessages(prompt) || typeof rendered !== "string") return undefined;
		const tags = thinkTagsOf(chatTemplate);
		return tags && new ThinkingFilter(tags, rendered.trimEnd().endsWith(tags.open));
	}

	async #post(json: unknown, signal: AbortSignal) {
		try {
			return await request(this.#target, "/completion", { json, signal });
		} catch (error) {
			throw requestError(error);
		}
	}
}

/** llama.cpp's server has no such option, and a second request in its place would forget the first one's state. */
function refuseMinTokens({ sampling }: CheckedRequest): void {
	if ((sampling.minTokens ?? 0) === 0) return;
	const text = "Cannot run a request with min_tokens on llama-server: the engine node-llama-cpp can";
	throw new EngineError("ERR_UNSUPPORTED", text);
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
