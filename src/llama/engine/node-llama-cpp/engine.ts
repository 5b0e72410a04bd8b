import { EngineError, type EngineErrorData } from "../../errors.ts";
import { checkCounted, checkEmbedMany, checkTemplate, checkTokenize, checkTokens } from "../check.ts";
import { embedOne, textPieces } from "../complete.ts";
import type {
	DoneEvent,
	EmbedOptions,
	Engine,
	EngineInfo,
	GenerateEvent,
	GenerateOptions,
	TokenizeOptions,
} from "../engine.ts";
import { saysOutOfMemory } from "../llama-log.ts";
import type { ChatMessage, Prompt } from "../prompt.ts";
import { checkRequest } from "../request.ts";
import type { ChatOptions, TokenLogprob } from "../sampling.ts";
import { type HostExit, type HostProcess, hostExitText } from "./host-process.ts";
import { takeHost } from "./prepared-host.ts";
import type { Call, Calls, GenerateRequest, HostToRank, LoadRequest } from "./protocol.ts";
import { RequestQueue } from "./request-queue.ts";

type RequestEvent = Extract<HostToRank, { readonly id: number }>;

/** An engine on a process of its own that runs node-llama-cpp. */
export class NodeLlamaCppEngine implements Engine {
	readonly #host: HostProcess;
	readonly #request: LoadRequest;
	readonly #requests = new Map<number, RequestQueue<RequestEvent>>();
	#info: EngineInfo | undefined;
	#device: EngineInfo["device"] = "unknown";
	#onLoaded: ((error?: EngineErrorData) => void) | undefined;
	#nextId = 1;
	/** Why no request can run any more. */
	#ended: EngineError | undefined;

	constructor(request: LoadRequest) {
		this.#request = request;
		this.#host = takeHost(request.gpu);
		this.#host.onEvents = (events) => {
			for (const event of events) this.#receive(event);
		};
	}

	/**
	 * Loads the model. To be called once, before anything else.
	 *
	 * @throws {EngineError} ERR_ENGINE_DIED if the process died of it, else what it said.
	 */
	async load(note?: string): Promise<Engine> {
		await this.#load();
		if (note !== undefined && this.#info !== undefined) this.#info = { ...this.#info, note };
		return this;
	}

	/** Where llama.cpp wants to run the model; "unknown" until it is up. */
	get device(): EngineInfo["device"] {
		return this.#device;
	}

	get info(): EngineInfo {
		if (this.#info === undefined)
			throw new EngineError("ERR_ENGINE_LOAD", "Cannot describe an engine that has not loaded");
		return this.#info;
	}

	get failure(): EngineError | undefined {
		return this.#ended;
	}

	async *generate(
		prompt: Prompt,
		options: GenerateOptions = {},
	): AsyncGenerator<GenerateEvent, void, undefined> {
		const { signal } = options;
		const start = performance.now();
		const checked = checkRequest(prompt, options);
		signal?.throwIfAborted();
		const id = this.#nextId;
		const queue = this.#open();
		const request: GenerateRequest = { type: "generate", id, ...checked };
		const onAbort = () => {
			this.#host.send({ type: "abort", id });
			queue.fail(signal?.reason);
		};
		signal?.addEventListener("abort", onAbort, { once: true });
		this.#host.send(request);
		let [fullText, reasoning] = ["", ""];
		const logprobs: TokenLogprob[] = [];
		let queueMs = 0;
		let ttftMs = 0;
		let finished = false;
		try {
			for (;;) {
				for (const event of await queue.take()) {
					if (event.type === "first") {
						queueMs = event.queueMs;
						ttftMs = performance.now() - start;
					} else if (event.type === "text") {
						fullText += event.text;
						if (event.logprobs !== undefined) logprobs.push(...event.logprobs);
						const { id: _, ...piece } = event;
						yield { ...piece, type: "token" };
						signal?.throwIfAborted();
					} else if (event.type === "reasoning") {
						reasoning += event.text;
						yield { type: "reasoning", reasoning: event.text };
						signal?.throwIfAborted();
					} else if (event.type === "done") {
						finished = true;
						const timings = { queueMs, ttftMs, totalMs: performance.now() - start };
						const { id: _, ...end } = event;
						const thought = reasoning === "" ? {} : { reasoning };
						const told = end.logprobs && { logprobs: [...logprobs, ...end.logprobs] };
						yield { ...end, fullText, ...thought, ...told, timings } satisfies DoneEvent;
						return;
					} else if (event.type === "error") {
						finished = true;
						throw EngineError.from(event.error);
					}
				}
			}
		} finally {
			signal?.removeEventListener("abort", onAbort);
			if (!finished) this.#host.send({ type: "abort", id });
			this.#close(id);
		}
	}

	stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string> {
		return textPieces(this, prompt, options);
	}

	async countTokens(prompt: Prompt): Promise<number> {
		checkCounted(prompt);
		return await this.#call("count", { prompt });
	}

	async applyTemplate(messages: readonly ChatMessage[], chat: ChatOptions = {}): Promise<string> {
		checkTemplate(messages, chat);
		return await this.#call("template", { messages, chat });
	}

	async tokenize(text: string, options: TokenizeOptions = {}): Promise<number[]> {
		checkTokenize(text, options);
		return await this.#call("tokenize", { text, addSpecial: options.addSpecial ?? true });
	}

	async detokenize(tokens: readonly number[]): Promise<string> {
		checkTokens(tokens);
		return await this.#call("detokenize", { tokens });
	}

	embed(text: string | readonly number[], options?: EmbedOptions): Promise<Float32Array> {
		return embedOne(this, text, options);
	}

	async embedMany(
		texts: readonly (string | readonly number[])[],
		options: EmbedOptions = {},
	): Promise<Float32Array[]> {
		checkEmbedMany(texts, options);
		const { vectors, promptTokens } = await this.#call("embed", { texts }, options.signal);
		options.onUsage?.({ promptTokens });
		return vectors.map((vector) => Float32Array.from(vector));
	}

	async ready(): Promise<void> {
		if (this.#ended !== undefined) throw this.#ended;
	}

	async close(): Promise<void> {
		this.#end(
			new EngineError(
				"ERR_ENGINE_CLOSED",
				`Cannot use the engine of ${this.#request.model}: it has been closed`,
			),
		);
		await this.#host.close();
	}

	async #call<Name extends keyof Calls>(
		name: Name,
		ask: Calls[Name]["ask"],
		signal?: AbortSignal,
	): Promise<Calls[Name]["answer"]> {
		signal?.throwIfAborted();
		const id = this.#nextId;
		const queue = this.#open();
		const onAbort = () => queue.fail(signal?.reason);
		signal?.addEventListener("abort", onAbort, { once: true });
		this.#host.send({ type: "call", id, call: { name, ...ask } as Call });
		try {
			const [event] = await queue.take();
			if (event?.type === "error") throw EngineError.from(event.error);
			if (event?.type === "answer") return event.value as Calls[Name]["answer"];
			throw new EngineError("ERR_GENERATE", `Cannot ${name}: the engine gave no answer`);
		} finally {
			signal?.removeEventListener("abort", onAbort);
			this.#close(id);
		}
	}

	async #load(): Promise<void> {
		this.#host.hold();
		const loaded = new Promise<EngineErrorData | undefined>((resolve) => {
			this.#onLoaded = resolve;
		});
		void this.#host.exit.then((exit) => this.#died(exit));
		this.#host.send(this.#request);
		const crashed = this.#host.exit.then((exit) => {
			const how = hostExitText(exit);
			throw new EngineError(
				"ERR_ENGINE_DIED",
				`Cannot load model ${this.#request.model}: the engine's process ${how}`,
				{ outOfMemory: saysOutOfMemory(how) },
			);
		});
		try {
			const error = await Promise.race([loaded, crashed]);
			if (error !== undefined) throw EngineError.from(error);
		} catch (error) {
			await this.#host.close();
			throw error;
		} finally {
			this.#host.release();
			crashed.catch(() => {});
		}
	}

	#receive(event: HostToRank): void {
		switch (event.type) {
			case "device":
				this.#device = event.device;
				break;
			case "loaded":
				this.#info = { ...event.info, ...(this.#host.pid === undefined ? {} : { pid: this.#host.pid }) };
				this.#onLoaded?.();
				break;
			case "failed":
				this.#onLoaded?.(event.error);
				break;
			default:
				// A request that was aborted is not there any more.
				this.#requests.get(event.id)?.push(event);
		}
	}

	#died(exit: HostExit): void {
		this.#end(
			new EngineError(
				"ERR_ENGINE_DIED",
				`The engine of model ${this.#request.model} died: its process ${hostExitText(exit)}`,
			),
		);
	}

	/** The first reason counts. */
	#end(error: EngineError): void {
		this.#ended ??= error;
		for (const queue of this.#requests.values()) queue.fail(this.#ended);
	}

	#open(): RequestQueue<RequestEvent> {
		if (this.#ended !== undefined) throw this.#ended;
		const queue = new RequestQueue<RequestEvent>();
		this.#requests.set(this.#nextId, queue);
		this.#nextId += 1;
		this.#host.hold();
		return queue;
	}

	#close(id: number): void {
		if (this.#requests.delete(id)) this.#host.release();
	}
}
