import { EngineError } from "../../../errors.ts";
import type { EmbedOptions } from "../../engine.ts";
import type { CheckedRequest } from "../../request.ts";
import { type RequestOptions, request, requestJson, StatusError, type Target } from "../client.ts";
import type { CompletionApi, CompletionEvent } from "../completion-api.ts";
import { embeddings } from "../embedding.ts";
import { readEvents } from "../events.ts";
import { readAnswer } from "./answer.ts";
import { type Dialect, type Fields, openAiRequest } from "./body.ts";

/** Which models a server has. */
export interface ServedModels {
	/** The one that the user wants, whatever a request says. */
	readonly chosen?: string | undefined;
	/** Those that the server lists; undefined if it lists none. */
	readonly listed?: readonly string[] | undefined;
	/** Tokens of each request, if the server tells. */
	readonly contextSize?: number | undefined;
	/** @default "vllm" */
	readonly dialect?: Dialect;
}

/** For a server that lists no models. */
const ANY_MODEL = "default";

/** The API that OpenAI has made common, as vLLM, SGLang, TGI and others offer it. */
export class OpenAiApi implements CompletionApi {
	readonly stops = true;
	readonly #target: Target;
	readonly #models: ServedModels;

	/** @param target Its base ends with the version: "http://host:8000/v1". */
	constructor(target: Target, models: ServedModels) {
		this.#target = target;
		this.#models = models;
	}

	async *complete(
		checked: CheckedRequest,
		signal: AbortSignal,
	): AsyncGenerator<CompletionEvent, void, undefined> {
		const { dialect = "vllm", contextSize } = this.#models;
		const { path, json, maxTokens } = openAiRequest(checked, this.#model(checked.body), dialect);
		const events = readEvents(await this.#post(path, { json, headers: checked.headers, signal }));
		yield* readAnswer(events, { maxTokens, contextSize });
	}

	async embed(
		texts: readonly (string | readonly number[])[],
		{ body = {}, headers, onUsage, signal }: EmbedOptions = {},
	): Promise<Float32Array[]> {
		if (texts.length === 0) return [];
		// Numbers are read here, whatever the request's own client wants.
		const { encoding_format: _, ...rest } = body;
		const json = { ...rest, model: this.#model(body), input: texts };
		try {
			const answer = await requestJson(this.#target, "/embeddings", { json, headers, signal });
			const { vectors, promptTokens } = embeddings(answer, texts.length);
			onUsage?.({ promptTokens });
			return vectors;
		} catch (error) {
			throw requestError(error, "embed texts");
		}
	}

	async countTokens(): Promise<number> {
		throw notTold("count tokens");
	}

	async applyTemplate(): Promise<string> {
		throw notTold("apply a chat template");
	}

	async tokenize(): Promise<number[]> {
		throw notTold("tokenize a text");
	}

	async detokenize(): Promise<string> {
		throw notTold("detokenize");
	}

	/** A request's own model, where the server has it. */
	#model({ model }: Fields = {}): string {
		const { chosen, listed } = this.#models;
		if (chosen !== undefined) return chosen;
		const has = typeof model === "string" && (listed === undefined || listed.includes(model));
		return has ? model : (listed?.[0] ?? ANY_MODEL);
	}

	async #post(path: string, options: RequestOptions) {
		try {
			return await request(this.#target, path, options);
		} catch (error) {
			throw requestError(error, "run a request");
		}
	}
}

/** OpenAI's API has no such question, and to generate a text for the sake of its counts would cost one. */
function notTold(what: string): EngineError {
	return new EngineError(
		"ERR_UNSUPPORTED",
		`Cannot ${what}: an endpoint with OpenAI's API does not tell; llama.cpp's own server and the other engines do`,
	);
}

/** A refusal of the request itself, as an EngineError; other errors as they are. */
function requestError(error: unknown, what: string): unknown {
	if (!(error instanceof StatusError) || ![400, 413, 422].includes(error.status)) return error;
	const { error: told } = (error.body ?? {}) as { error?: { code?: unknown; param?: unknown } | string };
	const { code, param } = typeof told === "object" && told !== null ? told : {};
	// OpenAI has a code for it. vLLM, TGI and others say it in words of their own.
	const tooLong =
		code === "context_length_exceeded" ||
		/context.{0,20}(length|size|window)|too (long|many tokens)/i.test(error.reason);
	return new EngineError(
		tooLong ? "ERR_PROMPT_TOO_LONG" : "ERR_REQUEST",
		`Cannot ${what}: ${error.message}`,
		{ cause: error, ...(typeof param === "string" && !tooLong ? { param } : {}) },
	);
}
