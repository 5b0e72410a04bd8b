import { checkOptions } from "../../../base/check-types.ts";
import { EngineError } from "../../errors.ts";
import { checkCounted, checkEmbedMany, checkTemplate, checkTokenize, checkTokens } from "../check.ts";
import { embedOne, textPieces } from "../complete.ts";
import type {
	EmbedOptions,
	Engine,
	EngineInfo,
	GenerateEvent,
	GenerateOptions,
	TokenizeOptions,
} from "../engine.ts";
import { generateOver } from "../http/generate.ts";
import { RETRIES } from "../http/retry.ts";
import { makeSlots } from "../http/server-slot.ts";
import { untilEnded } from "../http/until-ended.ts";
import { DEFAULT_SLOTS } from "../options.ts";
import type { ChatMessage, Prompt } from "../prompt.ts";
import { checkRequest, positive } from "../request.ts";
import type { ChatOptions } from "../sampling.ts";
import { type Connection, connect, ENDPOINT_OPTIONS, type EndpointOptions } from "./connect.ts";
import { RetryingApi } from "./retrying-api.ts";

/**
 * Connects an engine to a server that already runs. Resolves once the server has answered. It is left running when the
 * engine is closed.
 *
 * @throws {EngineError} ERR_ENDPOINT: nothing answers at the URL, or the API key is refused.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 * @throws {RangeError} the number of slots is out of its range.
 */
export async function connectEndpoint(options: EndpointOptions): Promise<Engine> {
	checkOptions("connect an endpoint", options, ENDPOINT_OPTIONS, ["endpoint"]);
	const slots = positive("slots", options.slots ?? DEFAULT_SLOTS);
	return new EndpointEngine(await connect(options), options, slots);
}

class EndpointEngine implements Engine {
	readonly info: EngineInfo;
	readonly #api: RetryingApi;
	readonly #slots: ReturnType<typeof makeSlots>;
	readonly #closed = new AbortController();

	constructor(connection: Connection, options: EndpointOptions, slots: number) {
		const { retries = RETRIES.retries, backoffMs = RETRIES.backoffMs, endpoint } = options;
		this.#api = new RetryingApi(connection.api, endpoint, { retries, backoffMs });
		this.#slots = makeSlots(slots);
		this.info = {
			kind: "endpoint",
			device: "unknown",
			deviceName: new URL(endpoint).host,
			devices: [],
			gpuLayers: 0,
			slots,
			contextSize: connection.contextSize ?? 0,
			threads: 0,
			model: connection.model,
			...(connection.version === undefined ? {} : { version: connection.version }),
			...(connection.chatTemplate === undefined ? {} : { chatTemplate: connection.chatTemplate }),
		};
	}

	get failure(): EngineError | undefined {
		return this.#closed.signal.aborted ? (this.#closed.signal.reason as EngineError) : undefined;
	}

	async *generate(
		prompt: Prompt,
		options: GenerateOptions = {},
	): AsyncGenerator<GenerateEvent, void, undefined> {
		const request = checkRequest(prompt, options, { schemas: true });
		yield* generateOver(this.#api, this.#slots, request, untilEnded(this.#closed.signal, options.signal));
	}

	stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string> {
		return textPieces(this, prompt, options);
	}

	async countTokens(prompt: Prompt): Promise<number> {
		checkCounted(prompt);
		this.#closed.signal.throwIfAborted();
		return await this.#api.countTokens(prompt);
	}

	async applyTemplate(messages: readonly ChatMessage[], chat: ChatOptions = {}): Promise<string> {
		checkTemplate(messages, chat);
		this.#closed.signal.throwIfAborted();
		return await this.#api.applyTemplate(messages, chat);
	}

	async tokenize(text: string, options: TokenizeOptions = {}): Promise<number[]> {
		checkTokenize(text, options);
		this.#closed.signal.throwIfAborted();
		return await this.#api.tokenize(text, options);
	}

	async detokenize(tokens: readonly number[]): Promise<string> {
		checkTokens(tokens);
		this.#closed.signal.throwIfAborted();
		return await this.#api.detokenize(tokens);
	}

	embed(text: string | readonly number[], options?: EmbedOptions): Promise<Float32Array> {
		return embedOne(this, text, options);
	}

	async embedMany(
		texts: readonly (string | readonly number[])[],
		options: EmbedOptions = {},
	): Promise<Float32Array[]> {
		checkEmbedMany(texts, options);
		return await this.#api.embed(texts, {
			...options,
			signal: untilEnded(this.#closed.signal, options.signal),
		});
	}

	async ready(): Promise<void> {
		this.#closed.signal.throwIfAborted();
	}

	async close(): Promise<void> {
		this.#closed.abort(
			new EngineError(
				"ERR_ENGINE_CLOSED",
				`Cannot use the engine of ${this.info.deviceName}: it has been closed`,
			),
		);
	}
}
