import { Fifo } from "../../base/fifo.ts";
import type { Answer, Failure } from "../batch/answer-line.ts";
import type { EmbedTask, GenerateTask } from "../batch/request.ts";
import type { Engine, GenerateOptions } from "../engine/engine.ts";
import { reasonOf } from "../errors.ts";
import type { Recorder, RequestRecord } from "../measure/recorder.ts";
import type { Order, WorkerEvent } from "./messages.ts";

/** Runs a rank's orders on its engine, and tells what came of each. */
export class Runner {
	readonly #engine: Engine;
	readonly #recorder: Recorder;
	readonly #inflight: number;
	readonly #tell: (event: WorkerEvent) => void;
	readonly #waiting = new Fifo<Order>();
	readonly #running = new Set<number>();
	/** Deaths of the engine. */
	#epoch = 0;

	constructor(
		engine: Engine,
		{ recorder, inflight }: { readonly recorder: Recorder; readonly inflight: number },
		tell: (event: WorkerEvent) => void,
	) {
		this.#engine = engine;
		this.#recorder = recorder;
		this.#inflight = inflight;
		this.#tell = tell;
	}

	take(orders: readonly Order[]): void {
		for (const order of orders) this.#waiting.push(order);
		this.#next();
	}

	#next(): void {
		while (this.#running.size < this.#inflight) {
			const order = this.#waiting.shift();
			if (order === undefined) return;
			// Sent before rank 0 heard of a death: it has been handed out again.
			if (order.epoch === this.#epoch) void this.#run(order);
		}
	}

	async #run({ id, task, epoch, dueMs }: Order): Promise<void> {
		this.#running.add(id);
		const record = this.#recorder.begin({ index: id, dueMs });
		let event: WorkerEvent;
		try {
			const answer = await (task.kind === "embed"
				? embed(this.#engine, task, record)
				: generate(this.#engine, task, record));
			event = { type: "answer", id, answer };
		} catch (error) {
			if (epoch === this.#epoch && this.#isDeath(error)) this.#die();
			if (epoch === this.#epoch) record.failed(reasonOf(error));
			event = { type: "failure", id, failure: { code: codeOf(error), message: reasonOf(error) } };
		}
		if (epoch !== this.#epoch) {
			// It is another rank's now, or waits for this one's next engine.
			record.dropped();
			return;
		}
		this.#running.delete(id);
		this.#tell(event);
		this.#next();
	}

	#isDeath(error: unknown): boolean {
		return codeOf(error) === "engine_died" || this.#engine.failure !== undefined;
	}

	#die(): void {
		this.#epoch += 1;
		this.#tell({ type: "down", running: [...this.#running] });
		this.#running.clear();
		this.#waiting.drain();
		void this.#restart();
	}

	/** Asks for something small, which a restarting engine answers once it runs again. */
	async #restart(): Promise<void> {
		try {
			await this.#engine.countTokens("ready");
			this.#tell({ type: "up" });
		} catch (error) {
			this.#tell({ type: "gone", reason: reasonOf(error) });
		}
	}
}

async function generate(engine: Engine, task: GenerateTask, record: RequestRecord): Promise<Answer> {
	const { prompt, maxTokens, temperature, seed, stop } = task;
	const options: GenerateOptions = { maxTokens, temperature, seed, ...(stop === undefined ? {} : { stop }) };
	for await (const event of engine.generate(prompt, options)) {
		if (event.type === "token") {
			record.piece();
		} else {
			record.succeeded(event.usage, event.timings);
			return { kind: "generated", done: event };
		}
	}
	throw new Error("The engine ended a request without a result");
}

async function embed(engine: Engine, { texts }: EmbedTask, record: RequestRecord): Promise<Answer> {
	const start = performance.now();
	const counts = await Promise.all(texts.map((text) => engine.countTokens(text)));
	const embeddings = await Promise.all(texts.map((text) => engine.embed(text)));
	const promptTokens = counts.reduce((sum, count) => sum + count, 0);
	const totalMs = performance.now() - start;
	record.succeeded(
		{ promptTokens, cachedTokens: 0, completionTokens: 0 },
		{ queueMs: 0, ttftMs: totalMs, totalMs },
	);
	return { kind: "embedded", embeddings, promptTokens, totalMs };
}

/** "ERR_PROMPT_TOO_LONG" as batch files have it: "prompt_too_long". */
function codeOf(error: unknown): Failure["code"] {
	const { code } = error as { readonly code?: unknown };
	return typeof code === "string" ? code.replace(/^ERR_/, "").toLowerCase() : "engine_error";
}
