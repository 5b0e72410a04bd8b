import { EngineError } from "../../errors.ts";
import type { EmbedOptions, Limit, TokenizeOptions } from "../engine.ts";
import { type ChatMessage, isMessages, isTokens, type Prompt } from "../prompt.ts";
import { type CheckedRequest, promptTooLong, textTooLong } from "../request.ts";
import type { ChatOptions } from "../sampling.ts";
import { ThinkingFilter, thinkTagsOf } from "../thinking.ts";
import { type RequestOptions, request, requestJson, StatusError, type Target } from "./client.ts";
import type { CompletionApi, CompletionEvent } from "./completion-api.ts";
import { embeddings } from "./embedding.ts";
import { readEvents } from "./events.ts";
import { nativeBody } from "./native-body.ts";
import { nativeStream } from "./native-stream.ts";

/** Tokens that a prompt may have more than it has bytes: those at its ends, and a space before it. */
const EXTRA_TOKENS = 8;

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
		const { prompt, maxTokens, chat, sampling } = checked;
		const rendered = await this.#render(prompt, chat, signal);
		const thinking = this.#thinking(prompt, rendered);
		if (thinking !== undefined) yield { type: "prepared", thinking };
		const { minTokens = 0 } = sampling;
		const text = minTokens > 0 && typeof rendered === "string" ? await this.tokenize(rendered) : rendered;
		const input = await this.#input(text, maxTokens, signal);
		if (minTokens > 0) yield* this.#completeAtLeast(minTokens, checked, input, signal, slot);
		else yield* this.#run(checked, input, signal, slot);
	}

	/**
	 * llama.cpp's server has no such option: first come so many tokens of which none may end the text, then the rest is a
	 * request of its own.
	 *
	 * @throws {EngineError} ERR_UNSUPPORTED: a grammar would begin anew with the second request.
	 */
	async *#completeAtLeast(
		least: number,
		checked: CheckedRequest,
		{ prompt, n_predict: most, limit }: Input,
		signal: AbortSignal,
		slot: number | undefined,
	): AsyncGenerator<CompletionEvent, void, undefined> {
		const { sampling } = checked;
		if (sampling.grammar !== undefined) {
			const why =
				"min_tokens together with a grammar or a schema on llama-server: the engine node-llama-cpp can";
			throw new EngineError("ERR_UNSUPPORTED", `Cannot run a request with ${why}`);
		}
		const banned = Object.fromEntries((sampling.stopTokens ?? []).map((token) => [token, -100]));
		const logitBias = { ...sampling.logitBias, ...banned };
		const first = { ...checked, sampling: { ...sampling, ignoreEos: true, stopTokens: [], logitBias } };
		const tokens: number[] = [];
		const count = most < 0 ? least : Math.min(least, most);
		let cachedTokens = 0;
		for await (const event of this.#run(first, { prompt, n_predict: count, limit }, signal, slot, tokens)) {
			if (event.type === "begun") cachedTokens = event.cachedTokens;
			if (event.type !== "end" || count === most) yield event;
		}
		if (count === most) return;
		const rest = {
			prompt: [...prompt, ...tokens] as number[],
			n_predict: most < 0 ? most : most - count,
			limit,
		};
		for await (const event of this.#run(checked, rest, signal, slot)) {
			if (event.type === "begun") continue;
			if (event.type !== "end") {
				yield { ...event, ...("sampled" in event ? { sampled: event.sampled + count } : {}) };
				continue;
			}
			const completionTokens = event.usage.completionTokens + count;
			yield { ...event, usage: { promptTokens: prompt.length, cachedTokens, completionTokens } };
		}
	}

	async *#run(
		checked: CheckedRequest,
		{ limit, ...input }: Input,
		signal: AbortSignal,
		slot: number | undefined,
		sampled?: number[],
	): AsyncGenerator<CompletionEvent, void, undefined> {
		const json = {
			...nativeBody(checked),
			...input,
			...(slot === undefined ? {} : { id_slot: slot }),
			...(sampled === undefined ? {} : { return_tokens: true }),
			stream: true,
			// Progress events mark the end of queueing. And only a server that is writing notices a closed connection.
			return_progress: true,
		};
		const stopTokens = new Set(checked.sampling.stopTokens);
		const { logprobs = 0 } = checked;
		const events = readEvents(await this.#post({ json, headers: checked.headers, signal }));
		yield* nativeStream(events, { stopTokens, logprobs, limit, ...(sampled && { sampled }) });
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
			// Without it, llama-server tells templates not to think, unless it finds out by itself that the model can.
			chat_template_kwargs: { enable_thinking: true, ...templateKwargs },
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

	async #post(options: RequestOptions) {
		try {
			return await request(this.#target, "/completion", options);
		} catch (error) {
			throw requestError(error);
		}
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
	return new EngineError("ERR_REQUEST", `Cannot run a request: ${error.message}`, { cause: error });
}
