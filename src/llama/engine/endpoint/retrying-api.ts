import { EngineError, reasonOf } from "../../errors.ts";
import { StatusError } from "../http/client.ts";
import type { CompletionApi, CompletionEvent } from "../http/completion-api.ts";
import { BrokenResponse, isTransient, pause, type RetryOptions, waitMs, withRetries } from "../http/retry.ts";
import type { Prompt } from "../prompt.ts";
import type { CheckedRequest } from "../request.ts";

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
		const received = new ResumedText();
		for (let attempt = 0; ; attempt++) {
			try {
				received.restart();
				for await (const event of this.#api.complete(request, signal)) {
					const passed = event.type === "text" ? received.pass(event) : event;
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

	async embed(text: string, signal?: AbortSignal): Promise<Float32Array> {
		return await this.#retried(() => this.#api.embed(text, signal), signal);
	}

	async #retried<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		try {
			return await withRetries(work, this.#options, signal);
		} catch (error) {
			signal?.throwIfAborted();
			throw endpointError(this.#url, error, isTransient(error) ? this.#options.retries + 1 : 1);
		}
	}
}

/** One text over several attempts to get it: what an attempt repeats is compared, and not passed on again. */
class ResumedText {
	/** What was passed on, by all attempts together. */
	#passed = "";
	/** What this attempt has given so far. */
	#seen = "";

	/** The next attempt begins. */
	restart(): void {
		this.#seen = "";
	}

	/** The part of an event that is new; undefined if it repeats. */
	pass(event: CompletionEvent & { type: "text" }): CompletionEvent | undefined {
		this.#seen += event.text;
		const [short, long] = [this.#seen, this.#passed].sort((a, b) => a.length - b.length);
		if (!long?.startsWith(short ?? "")) {
			throw new EngineError(
				"ERR_ENDPOINT",
				"Cannot finish a request: it broke off, and the endpoint gave another text when it was asked again",
			);
		}
		if (this.#seen.length < this.#passed.length) return undefined;
		const text = this.#seen.slice(this.#passed.length);
		this.#passed = this.#seen;
		return { ...event, text };
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
