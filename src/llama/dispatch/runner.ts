import { Fifo } from "../../base/fifo.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError, reasonOf } from "../errors.ts";
import type { Recorder } from "../measure/recorder.ts";
import { failureOf } from "../openai/failure.ts";
import type { Order, Piece, WorkerEvent } from "./messages.ts";
import { type PieceEvent, pieceOf } from "./piece.ts";
import { runTask } from "./run-task.ts";

/** How a runner runs. */
export interface RunnerOptions {
	/** Is told about every request. */
	readonly recorder: Recorder;
	/** Requests that run at the same time. */
	readonly slots: number;
	/** Calls a function once the events that are due now have been handled. @default setImmediate */
	readonly later?: (run: () => void) => void;
}

/** Runs a rank's orders on its engine, and tells what came of each. */
export class Runner {
	readonly #engine: Engine;
	readonly #recorder: Recorder;
	readonly #slots: number;
	readonly #later: (run: () => void) => void;
	readonly #listener: (event: WorkerEvent) => void;
	readonly #waiting = new Fifo<Order>();
	readonly #running = new Map<number, AbortController>();
	#pieces: Piece[] = [];
	/** Deaths of the engine. */
	#epoch = 0;

	constructor(
		engine: Engine,
		{ recorder, slots, later = setImmediate }: RunnerOptions,
		listener: (event: WorkerEvent) => void,
	) {
		this.#engine = engine;
		this.#recorder = recorder;
		this.#slots = slots;
		this.#later = later;
		this.#listener = listener;
	}

	/** Whether any request runs. */
	get busy(): boolean {
		return this.#running.size > 0;
	}

	/** Runs these as soon as slots are free, in their order. */
	take(orders: readonly Order[]): void {
		for (const order of orders) this.#waiting.push(order);
		this.#next();
	}

	/** Aborts these, whether they run or wait. Those that have ended are left out. */
	cancel(ids: readonly number[]): void {
		for (const id of ids) {
			const waiting = this.#waiting.find((order) => order.id === id);
			if (waiting === undefined) {
				this.#running.get(id)?.abort();
			} else {
				this.#waiting.remove(waiting);
				this.#tell({ type: "cancelled", id });
			}
		}
	}

	#next(): void {
		while (this.#running.size < this.#slots) {
			const order = this.#waiting.shift();
			if (order === undefined) return;
			// Sent before rank 0 heard of a death: it has been handed out again.
			if (order.epoch === this.#epoch) void this.#run(order);
		}
	}

	async #run(order: Order): Promise<void> {
		const { id, task, epoch, dueMs, pieces } = order;
		const controller = new AbortController();
		const { signal } = controller;
		this.#running.set(id, controller);
		const record = this.#recorder.begin({ index: id, dueMs });
		const onPiece = pieces
			? (event: PieceEvent, choice: number) => this.#addPiece(order, event, choice)
			: undefined;
		let event: WorkerEvent;
		let succeeded = () => {};
		try {
			const run = { record, signal, onPiece };
			const { answer, usage, timings } = await runTask(this.#engine, task, run);
			succeeded = () => record.succeeded(usage, timings, answer.kind === "generated" ? answer.choices : []);
			event = { type: "answer", id, answer };
		} catch (error) {
			if (epoch === this.#epoch && this.#isDeath(error)) this.#die();
			event = signal.aborted ? { type: "cancelled", id } : { type: "failure", id, failure: failureOf(error) };
		}
		if (epoch !== this.#epoch) {
			// It is another rank's now, or waits for this one's next engine.
			record.dropped();
			return;
		}
		if (event.type === "answer") succeeded();
		else if (event.type === "failure") record.failed(event.failure);
		else record.dropped();
		this.#running.delete(id);
		this.#tell(event);
		this.#next();
	}

	/** All requests of a step generate a token each: their pieces go as one event. */
	#addPiece({ id, epoch }: Order, event: PieceEvent, choice: number): void {
		if (epoch !== this.#epoch) return;
		this.#pieces.push(pieceOf(id, event, choice));
		if (this.#pieces.length === 1) this.#later(() => this.#tellPieces());
	}

	#tellPieces(): void {
		if (this.#pieces.length === 0) return;
		const pieces = this.#pieces;
		this.#pieces = [];
		this.#listener({ type: "pieces", pieces });
	}

	/** Nothing overtakes the pieces that came before it. */
	#tell(event: WorkerEvent): void {
		this.#tellPieces();
		this.#listener(event);
	}

	#isDeath(error: unknown): boolean {
		const died = error instanceof EngineError && error.code === "ERR_ENGINE_DIED";
		return died || this.#engine.failure !== undefined;
	}

	#die(): void {
		this.#epoch += 1;
		this.#tell({ type: "down", running: [...this.#running.keys()] });
		this.#running.clear();
		this.#waiting.drain();
		void this.#restart();
	}

	async #restart(): Promise<void> {
		try {
			await this.#engine.ready();
			this.#tell({ type: "up" });
		} catch (error) {
			this.#tell({ type: "gone", reason: reasonOf(error) });
		}
	}
}
