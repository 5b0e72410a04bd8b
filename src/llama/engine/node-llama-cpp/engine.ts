import { EngineError } from "../../errors.ts";
import type { ModelFacts } from "../../model/gguf/validate.ts";
import type {
	DoneEvent,
	EmbedOptions,
	Engine,
	EngineInfo,
	GenerateEvent,
	GenerateOptions,
	Prompt,
} from "../engine.ts";
import { joinNotes } from "../notes.ts";
import { type EngineOptions, loadRequest } from "../options.ts";
import { checkRequest } from "../request.ts";
import { type HostExit, HostProcess } from "./host-process.ts";
import type { Failure, GenerateRequest, HostToRank, LoadRequest } from "./protocol.ts";
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
	try {
		return await NodeLlamaCppEngine.load(request, note);
	} catch (error) {
		// With "auto" a GPU whose kernels do not run is no reason to fail, but one to say so.
		if (request.gpu !== "auto" || !(error instanceof LoadCrash) || error.device === "cpu") throw error;
		const why = `${error.device} could not be used, so the model runs on the processor: ${error.message}`;
		return await NodeLlamaCppEngine.load({ ...request, gpu: "cpu" }, joinNotes(note, why));
	}
}

/** The host died while it loaded. */
class LoadCrash extends EngineError {
	readonly device: EngineInfo["device"];

	constructor(message: string, device: EngineInfo["device"]) {
		super("ERR_ENGINE_DIED", message);
		this.device = device;
	}

	override get name(): string {
		return "EngineError";
	}
}

class NodeLlamaCppEngine implements Engine {
	readonly #host: HostProcess;
	readonly #request: LoadRequest;
	readonly #requests = new Map<number, RequestQueue<RequestEvent>>();
	#info: EngineInfo | undefined;
	#device: EngineInfo["device"] = "unknown";
	#onLoaded: ((failure?: Failure) => void) | undefined;
	#nextId = 1;
	/** Why no request can run any more. */
	#ended: EngineError | undefined;

	private constructor(request: LoadRequest) {
		this.#request = request;
		this.#host = new HostProcess((events) => {
			for (const event of events) this.#receive(event);
		});
	}

	static async load(request: LoadRequest, note?: string): Promise<Engine> {
		const engine = new NodeLlamaCppEngine(request);
		await engine.#load();
		if (note !== undefined && engine.#info !== undefined) engine.#info = { ...engine.#info, note };
		return engine;
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
						yield { type: "done", text, finishReason, usage, timings } satisfies DoneEvent;
						return;
					} else if (event.type === "error") {
						finished = true;
						throw new EngineError(event.failure.code, event.failure.message);
					}
				}
			}
		} finally {
			signal?.removeEventListener("abort", onAbort);
			if (!finished) this.#host.send({ type: "abort", id });
			this.#close(id);
		}
	}

	async countTokens(prompt: Prompt): Promise<number> {
		const id = this.#nextId;
		const queue = this.#open();
		this.#host.send({ type: "count", id, prompt });
		try {
			const [event] = await queue.take();
			if (event?.type === "counted") return event.tokens;
			if (event?.type === "error") throw new EngineError(event.failure.code, event.failure.message);
			throw new EngineError("ERR_GENERATE", "Cannot count tokens: the engine gave no number");
		} finally {
			this.#close(id);
		}
	}

	async embed(text: string, { signal }: EmbedOptions = {}): Promise<Float32Array> {
		signal?.throwIfAborted();
		const id = this.#nextId;
		const queue = this.#open();
		const onAbort = () => queue.fail(signal?.reason);
		signal?.addEventListener("abort", onAbort, { once: true });
		this.#host.send({ type: "embed", id, text });
		try {
			const [event] = await queue.take();
			if (event?.type === "embedded") return Float32Array.from(event.vector);
			if (event?.type === "error") throw new EngineError(event.failure.code, event.failure.message);
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
		const loaded = new Promise<Failure | undefined>((resolve) => {
			this.#onLoaded = resolve;
		});
		void this.#host.exit.then((exit) => this.#died(exit));
		this.#host.send(this.#request);
		const crashed = this.#host.exit.then((exit) => {
			throw new LoadCrash(
				`Cannot load model ${this.#request.model}: the engine's process ${inWords(exit)}`,
				this.#device,
			);
		});
		try {
			const failure = await Promise.race([loaded, crashed]);
			if (failure !== undefined) throw new EngineError(failure.code, failure.message);
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
				this.#onLoaded?.(event.failure);
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
				`The engine of model ${this.#request.model} died: its process ${inWords(exit)}`,
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

function inWords({ code, signal, words }: HostExit): string {
	const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
	return words === undefined ? how : `${how} (${words})`;
}
