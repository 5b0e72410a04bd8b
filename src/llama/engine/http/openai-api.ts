import { EngineError } from "../../errors.ts";
import type { Prompt } from "../prompt.ts";
import { type CheckedRequest, SAMPLING } from "../request.ts";
import { request, requestJson, StatusError, type Target } from "./client.ts";
import type { CompletionApi, CompletionEvent } from "./completion-api.ts";
import { embedding } from "./embedding.ts";
import { readEvents } from "./events.ts";

/** An event of `/chat/completions` or `/completions`; without streaming, the whole answer. */
interface Chunk {
	readonly choices?: readonly {
		readonly text?: string | null;
		readonly delta?: Said;
		readonly message?: Said;
		readonly finish_reason?: string | null;
	}[];
	readonly usage?: {
		readonly prompt_tokens?: number;
		readonly completion_tokens?: number;
		readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
	} | null;
	readonly error?: { readonly message?: string };
}

interface Said {
	readonly content?: string | null;
	/** What a model thinks before it answers is not part of the answer, but it takes its time. */
	readonly reasoning_content?: string | null;
	readonly reasoning?: string | null;
}

/** The API that OpenAI has made common, as vLLM, SGLang, TGI and others offer it. */
export class OpenAiApi implements CompletionApi {
	readonly stops = true;
	readonly #target: Target;
	readonly #model: string;

	/** @param target Its base ends with the version: "http://host:8000/v1". */
	constructor(target: Target, model: string) {
		this.#target = target;
		this.#model = model;
	}

	async *complete(
		{ prompt, maxTokens, temperature, seed, stop }: CheckedRequest,
		signal: AbortSignal,
	): AsyncGenerator<CompletionEvent, void, undefined> {
		const json = {
			model: this.#model,
			...(typeof prompt === "string" ? { prompt } : { messages: prompt }),
			max_tokens: maxTokens,
			temperature,
			top_p: SAMPLING.topP,
			seed,
			...(stop.length === 0 ? {} : { stop }),
			stream: true,
			stream_options: { include_usage: true },
		};
		const path = typeof prompt === "string" ? "/completions" : "/chat/completions";
		let usage: Chunk["usage"];
		let finishReason: string | undefined;
		let pieces = 0;
		for await (const event of readEvents(await this.#post(path, json, signal))) {
			const chunk = event as Chunk;
			if (chunk.error !== undefined) {
				throw new EngineError("ERR_GENERATE", `Cannot run a request: ${chunk.error.message}`);
			}
			const choice = chunk.choices?.[0];
			const said = choice?.delta ?? choice?.message;
			const text = choice?.text ?? said?.content ?? "";
			if (text !== "" || (said?.reasoning_content ?? said?.reasoning ?? "") !== "") {
				pieces += 1;
				yield { type: "text", text, sampled: pieces };
			}
			usage = chunk.usage ?? usage;
			finishReason = choice?.finish_reason ?? finishReason;
		}
		// Without a reason the answer has not ended, but broken off.
		if (finishReason === undefined) return;
		yield {
			type: "end",
			finishReason: finishReason === "length" ? "length" : "stop",
			usage: {
				promptTokens: usage?.prompt_tokens ?? 0,
				cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
				completionTokens: usage?.completion_tokens ?? pieces,
			},
		};
	}

	/** There is no common way to ask for a number of tokens but to have one answered. */
	async countTokens(prompt: Prompt): Promise<number> {
		const body = typeof prompt === "string" ? { prompt } : { messages: prompt };
		const path = typeof prompt === "string" ? "/completions" : "/chat/completions";
		const json = { model: this.#model, ...body, max_tokens: 1 };
		const { usage } = (await requestJson(this.#target, path, { json })) as Chunk;
		if (usage?.prompt_tokens !== undefined) return usage.prompt_tokens;
		throw new EngineError("ERR_GENERATE", "Cannot count tokens: the endpoint does not tell them");
	}

	async embed(text: string, signal?: AbortSignal): Promise<Float32Array> {
		const json = { model: this.#model, input: text };
		return embedding(await requestJson(this.#target, "/embeddings", { json, signal }));
	}

	async #post(path: string, json: unknown, signal: AbortSignal) {
		try {
			return await request(this.#target, path, { json, signal });
		} catch (error) {
			throw requestError(error);
		}
	}
}

/** A refusal of the request itself, as an EngineError; other errors as they are. */
function requestError(error: unknown): unknown {
	if (!(error instanceof StatusError) || ![400, 413, 422].includes(error.status)) return error;
	const { error: told } = (error.body ?? {}) as { error?: { code?: unknown } | string };
	const code = typeof told === "object" ? told?.code : undefined;
	// OpenAI has a code for it. vLLM, TGI and others say it in words of their own.
	const tooLong =
		code === "context_length_exceeded" ||
		/context.{0,20}(length|size|window)|too (long|many tokens)/i.test(error.reason);
	return new EngineError(
		tooLong ? "ERR_PROMPT_TOO_LONG" : "ERR_GENERATE",
		`Cannot run a request: ${error.message}`,
		{ cause: error },
	);
}
