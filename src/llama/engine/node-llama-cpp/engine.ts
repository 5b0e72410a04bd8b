import { EngineError, type EngineErrorData } from "../../errors.ts";
import type { ModelFacts } from "../../model/gguf/validate.ts";
import { checkCounted, checkEmbed, checkEmbedMany } from "../check.ts";
import { textPieces } from "../complete.ts";
import type {
	DoneEvent,
	EmbedOptions,
	Engine,
	EngineInfo,
	GenerateEvent,
	GenerateOptions,
} from "../engine.ts";
import { saysOutOfMemory } from "../llama-log.ts";
import { joinNotes } from "../notes.ts";
import type { EngineOptions } from "../options.ts";
import type { Prompt } from "../prompt.ts";
import { checkRequest } from "../request.ts";
import { type HostExit, type HostProcess, hostExitText } from "./host-process.ts";
import { loadRequest } from "./load-request.ts";
import { takeHost } from "./prepared-host.ts";
import type { GenerateRequest, HostToRank, LoadRequest } from "./protocol.ts";
import { RequestQueue } from "./request-queue.ts";

type RequestEvent = Extract<HostToRank, { readonly id: number }>;

/**
 * Starts an engine on node-llama-cpp: a process of its own that loads the model, and that ends with this one.
 *
 * @throws {EngineError} the model cannot be used, the device is missing, or node-llama-cpp is not installed.
 */
export async function startNodeLlamaCpp(
	options: EngineOptions,
	facts: ModelFacts,
	note?: string,
): Promise<Engine> {
	const request = loadRequest(options, facts);
	const engine = new NodeLlamaCppEngine(request);
	try {
		return await engine.load(note);
	} catch (error) {
		// A process that dies while it loads: with "auto" a GPU whose kernels do not run is no reason to fail, only one to
		// say so.
		const died = error instanceof EngineError && error.code === "ERR_ENGINE_DIED";
		if (request.gpu !== "auto" || !died || engine.device === "cpu") throw error;
		const why = `${engine.device} could not be used, so the model runs on the processor: ${error.message}`;
		return await new NodeLlamaCppEngine({ ...request, gpu: "cpu" }).load(joinNotes(note, why));
	}
}

class NodeLlamaCppEngine implements Engine {
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
		let text = "";
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
						text += event.text;
						yield { type: "token", text: event.text };
						signal?.throwIfAborted();
					} else if (event.type === "done") {
						finished = true;
						const timings = { queueMs, ttftMs, totalMs: performance.now() - start };
						const { finishReason, usage } = event;
						yield { type: "done", fullText: text, finishReason, usage, timings } satisfies DoneEvent;
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

	async applyTemplate(): Promise<string> {
		throw new EngineError("ERR_UNSUPPORTED", "Cannot apply a chat template");
	}

	async tokenize(): Promise<number[]> {
		throw new EngineError("ERR_UNSUPPORTED", "Cannot tokenize a text");
	}

	async detokenize(): Promise<string> {
		throw new EngineError("ERR_UNSUPPORTED", "Cannot detokenize");
	}

	async embedMany(
		texts: readonly (string | readonly number[])[],
		options: EmbedOptions = {},
	): Promise<Float32Array[]> {
		checkEmbedMany(texts, options);
		return await Promise.all(texts.map((text) => this.embed(text, options)));
	}

	async ready(): Promise<void> {
		if (this.failure !== undefined) throw this.failure;
	}

	async countTokens(prompt: Prompt): Promise<number> {
		checkCounted(prompt);
		const id = this.#nextId;
		const queue = this.#open();
		this.#host.send({ type: "count", id, prompt });
		try {
			const [event] = await queue.take();
			if (event?.type === "counted") return event.tokens;
			if (event?.type === "error") throw EngineError.from(event.error);
			throw new EngineError("ERR_GENERATE", "Cannot count tokens: the engine gave no number");
		} finally {
			this.#close(id);
		}
	}

	async embed(text: string | readonly number[], options: EmbedOptions = {}): Promise<Float32Array> {
		checkEmbed(text, options);
		const { signal } = options;
		signal?.throwIfAborted();
		const id = this.#nextId;
		const queue = this.#open();
		const onAbort = () => queue.fail(signal?.reason);
		signal?.addEventListener("abort", onAbort, { once: true });
		this.#host.send({ type: "embed", id, text: text as string });
		try {
			const [event] = await queue.take();
			if (event?.type === "embedded") return Float32Array.from(event.vector);
			if (event?.type === "error") throw EngineError.from(event.error);
			throw new EngineError("ERR_GENERATE", "Cannot embed a text: the engine gave no vector");
		} finally {
			signal?.removeEventListener("abort", onAbort);
			this.#close(id);
		}
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
