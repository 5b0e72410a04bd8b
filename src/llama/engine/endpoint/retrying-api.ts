import { EngineError, reasonOf } from "../../errors.ts";
import type { EmbedOptions, TokenizeOptions } from "../engine.ts";
import { StatusError } from "../http/client.ts";
import type { CompletionApi, CompletionEvent } from "../http/completion-api.ts";
import {
	BrokenResponse,
	isTransient,
	pause,
	type RetryOptions,
	retriesAfter,
	waitMs,
	withRetries,
} from "../http/retry.ts";
import type { ChatMessage, Prompt } from "../prompt.ts";
import type { CheckedRequest } from "../request.ts";
import type { ChatOptions } from "../sampling.ts";
import { ResumedAnswer } from "./resumed-answer.ts";

/**
 * An API that asks again when the server is busy, restarts, or breaks off. A text that has begun goes on where it broke
 * off, if the server gives the same text for the same seed; else the request fails.
 */
export class RetryingApi implements CompletionApi {
	readonly stops: boolean;
	readonly #api: CompletionApi;
	readonly #url: string;
	readonly #options: RetryOptions;

	constructor(api: CompletionApi, url: string, options: RetryOptions) {
		this.stops = api.stops;
		this.#api = api;
		this.#url = url;
		this.#options = options;
	}

	async *complete(
		request: CheckedRequest,
		signal: AbortSignal,
	): AsyncGenerator<CompletionEvent, void, undefined> {
		const { retries, backoffMs } = this.#options;
		const received = new ResumedAnswer();
		for (let attempt = 0; ; attempt++) {
			try {
				received.restart();
				for await (const event of this.#api.complete(request, signal)) {
					const passed = received.pass(event);
					if (passed !== undefined) yield passed;
					if (event.type === "end") return;
				}
				throw new BrokenResponse("the answer broke off");
			} catch (error) {
				signal.throwIfAborted();
				if (!isTransient(error) || attempt >= retries) throw endpointError(this.#url, error, attempt + 1);
				await pause(waitMs(error, attempt, backoffMs), signal);
			}
		}
	}

	async countTokens(prompt: Prompt): Promise<number> {
		return await this.#retried(() => this.#api.countTokens(prompt));
	}

	async applyTemplate(messages: readonly ChatMessage[], chat: ChatOptions): Promise<string> {
		return await this.#retried(() => this.#api.applyTemplate(messages, chat));
	}

	async tokenize(text: string, options: TokenizeOptions): Promise<number[]> {
		return await this.#retried(() => this.#api.tokenize(text, options));
	}

	async detokenize(tokens: readonly number[]): Promise<string> {
		return await this.#retried(() => this.#api.detokenize(tokens));
	}

	async embed(
		texts: readonly (string | readonly number[])[],
		options: EmbedOptions,
	): Promise<Float32Array[]> {
		return await this.#retried(() => this.#api.embed(texts, options), options.signal);
	}

	async #retried<T>(work: () => Promise<T>, signal?: AbortSignal | undefined): Promise<T> {
		try {
			return await withRetries(work, this.#options, signal);
		} catch (error) {
			signal?.throwIfAborted();
			throw endpointError(this.#url, error, retriesAfter(error, this.#options) + 1);
		}
	}
}

/** Anything that went wrong with an endpoint, in one line that names it. */
export function endpointError(url: string, error: unknown, attempts: number): unknown {
	if (error instanceof EngineError) return error;
	const after = attempts > 1 ? ` (${attempts} attempts)` : "";
	if (!(error instanceof StatusError)) {
		return new EngineError("ERR_ENDPOINT", `Cannot reach the endpoint ${url}: ${reasonOf(error)}${after}`, {
			cause: error,
		});
	}
	const what =
		error.status === 401 || error.status === 403
			? "refused the API key"
			: error.status === 404
				? "does not know this kind of request"
				: "answered with an error";
	return new EngineError("ERR_ENDPOINT", `The endpoint ${url} ${what}: ${reasonOf(error)}${after}`, {
		cause: error,
	});
}
