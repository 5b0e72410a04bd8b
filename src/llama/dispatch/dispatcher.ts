import { setTimeout as delay } from "node:timers/promises";
import type { Answer, Failure } from "../batch/answer-line.ts";
import { type BadLine, type Request, textOf } from "../batch/request.ts";
import type { Measured } from "../schedule/item.ts";
import { type Policy, type ScheduleCounts, Scheduler } from "../schedule/scheduler.ts";
import type { Link } from "./link.ts";
import type { Order, WorkerEvent } from "./messages.ts";

/** Requests that are read ahead of those that run: what policies and priorities can choose from. */
const WINDOW = 4096;
/** The same in characters: long prompts fill the window sooner. */
const WINDOW_CHARACTERS = 16 << 20;

/** Where answers go. */
export interface Sink {
	readonly answer: (request: Request, rank: number, answer: Answer) => void;
	readonly fail: (request: Request | BadLine, rank: number | null, failure: Failure) => void;
	/** While it is behind: resolves when it has caught up. */
	readonly pressure: () => Promise<void> | undefined;
}

export interface DispatcherOptions {
	readonly policy: Policy;
	readonly ranks: number;
	readonly inflight: number;
	/** When a request is due, in milliseconds from the start, by its place among all; undefined: as soon as there is room. */
	readonly arrivalOf?: ((place: number) => number) | undefined;
}

/** Hands out requests to ranks until each has ended once. All decisions are the scheduler's. */
export class Dispatcher {
	readonly #scheduler: Scheduler<Request>;
	readonly #sink: Sink;
	readonly #arrivalOf: DispatcherOptions["arrivalOf"];
	readonly #links: (Link | undefined)[] = [];
	readonly #epochs: number[];
	readonly #due = new Map<number, number>();
	readonly #done: Promise<void>;
	#resolve: () => void = () => {};
	#reject: (reason: unknown) => void = () => {};
	/** Characters of what is queued or outstanding. */
	#characters = 0;
	#read = false;
	#ended = false;
	#pumping = false;
	#held = false;
	/** Waits for room in the window. */
	#onRoom: (() => void) | undefined;
	/** Why the last engine is gone. */
	#lastLoss = "all ranks have died";

	constructor({ policy, ranks, inflight, arrivalOf }: DispatcherOptions, sink: Sink) {
		this.#scheduler = new Scheduler<Request>({ policy, ranks, slots: inflight, textOf });
		this.#sink = sink;
		this.#arrivalOf = arrivalOf;
		this.#epochs = new Array<number>(ranks).fill(0);
		this.#done = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
	}

	get counts(): ScheduleCounts {
		return this.#scheduler.counts;
	}

	/** A way to a rank; there must be one to each before `run`. */
	addLink(link: Link): void {
		this.#links[link.rank] = link;
	}

	/** Runs all requests of a source. Rejects if the source or the sink cannot go on. */
	async run(source: AsyncIterable<readonly (Request | BadLine)[]>): Promise<void> {
		this.#feed(source).catch((error: unknown) => this.fail(error));
		await this.#done;
	}

	/** Something is wrong that ends it all. */
	fail(error: unknown): void {
		this.#ended = true;
		this.#reject(error);
	}

	/** Takes what a rank tells. */
	handle(rank: number, events: readonly WorkerEvent[]): void {
		if (this.#ended) return;
		try {
			for (const event of events) this.#take(rank, event);
		} catch (error) {
			this.fail(error);
		}
		this.#pumpSoon();
	}

	/** A rank has died, or its engine for good. */
	lose(rank: number, reason: string): void {
		if (this.#ended) return;
		this.#lastLoss = reason;
		this.#scheduler.lose(rank);
		this.#pumpSoon();
	}

	async #feed(source: AsyncIterable<readonly (Request | BadLine)[]>): Promise<void> {
		const start = performance.now();
		let place = 0;
		for await (const portion of source) {
			for (const request of portion) {
				if (this.#ended) return;
				if (!("task" in request)) {
					this.#end(request, null, request);
					continue;
				}
				while (this.#full) await this.#room();
				if (this.#arrivalOf !== undefined) {
					const due = start + this.#arrivalOf(place++);
					await until(due);
					this.#due.set(request.id, due);
				}
				this.#characters += sizeOf(request);
				this.#scheduler.add(request);
				// Nobody waits for company in an open loop.
				if (this.#arrivalOf !== undefined) this.#scheduler.flush();
				this.#pumpSoon();
			}
			// Also what ends without having run must be written before more is read.
			await this.#sink.pressure();
		}
		this.#read = true;
		this.#scheduler.close();
		this.#pumpSoon();
	}

	get #full(): boolean {
		return (
			!this.#ended &&
			(this.#scheduler.queued >= WINDOW ||
				(this.#characters >= WINDOW_CHARACTERS && this.#scheduler.queued > 0))
		);
	}

	async #room(): Promise<void> {
		// What is there must do: the policy may not wait for more.
		this.#scheduler.flush();
		this.#pumpSoon();
		await new Promise<void>((resolve) => {
			this.#onRoom = resolve;
		});
	}

	/** Decides once for all that happens in one turn. */
	#pumpSoon(): void {
		if (this.#pumping) return;
		this.#pumping = true;
		queueMicrotask(() => {
			this.#pumping = false;
			try {
				this.#pump();
			} catch (error) {
				this.fail(error);
			}
		});
	}

	#pump(): void {
		if (this.#ended || this.#held) return;
		const pressure = this.#sink.pressure();
		if (pressure !== undefined) {
			this.#hold(pressure);
			return;
		}
		if (this.#scheduler.living === 0) this.#giveUp();
		const orders = new Map<number, Order[]>();
		for (let next = this.#scheduler.next(); next !== undefined; next = this.#scheduler.next()) {
			const { rank, item } = next;
			const list = orders.get(rank);
			if (list === undefined) orders.set(rank, [this.#order(rank, item)]);
			else list.push(this.#order(rank, item));
		}
		for (const [rank, list] of orders) this.#links[rank]?.order(list);
		if (this.#onRoom !== undefined && !this.#full) {
			this.#onRoom();
			this.#onRoom = undefined;
		}
		if (this.#read && this.#scheduler.queued + this.#scheduler.outstanding === 0) {
			this.#ended = true;
			this.#resolve();
		}
	}

	/** Hands out nothing while the sink is behind. */
	#hold(pressure: Promise<void>): void {
		this.#held = true;
		const go = () => {
			this.#held = false;
			this.#pumpSoon();
		};
		pressure.then(go, (error: unknown) => this.fail(error));
	}

	#order(rank: number, { id, task }: Request): Order {
		const due = this.#due.get(id);
		const epoch = this.#epochs[rank] ?? 0;
		return due === undefined ? { id, task, epoch } : { id, task, epoch, dueMs: due };
	}

	#take(rank: number, event: WorkerEvent): void {
		switch (event.type) {
			case "answer": {
				const request = this.#scheduler.finished(rank, event.id, measure(event.answer));
				if (request === undefined) return;
				this.#forget(request);
				this.#sink.answer(request, rank, event.answer);
				return;
			}
			case "failure": {
				const request = this.#scheduler.finished(rank, event.id);
				if (request === undefined) return;
				this.#forget(request);
				this.#sink.fail(request, rank, event.failure);
				return;
			}
			case "down":
				this.#epochs[rank] = (this.#epochs[rank] ?? 0) + 1;
				for (const request of this.#scheduler.engineDied(rank, event.running)) {
					const message = "The engine died of this request, and again when it ran alone";
					this.#end(request, rank, { code: "engine_died", message });
				}
				return;
			case "up":
				this.#scheduler.engineUp(rank);
				return;
			case "gone":
				this.lose(rank, event.reason);
		}
	}

	/** Nobody is left to run what waits. */
	#giveUp(): void {
		const message = `No engine is left to run this request: ${this.#lastLoss}`;
		for (const request of this.#scheduler.drain()) this.#end(request, null, { code: "no_engine", message });
	}

	/** A request ends without the help of a rank. */
	#end(request: Request | BadLine, rank: number | null, { code, message }: Failure): void {
		if ("task" in request) this.#forget(request);
		this.#sink.fail(request, rank, { code, message });
	}

	#forget(request: Request): void {
		this.#characters -= sizeOf(request);
		this.#due.delete(request.id);
	}
}

function sizeOf({ promptTokens }: Request): number {
	return promptTokens * 4;
}

function measure(answer: Answer): Measured | undefined {
	if (answer.kind !== "generated") return undefined;
	const { usage, timings } = answer.done;
	return {
		promptTokens: usage.promptTokens - usage.cachedTokens,
		completionTokens: usage.completionTokens,
		prefillMs: timings.ttftMs - timings.queueMs,
		decodeMs: timings.totalMs - timings.ttftMs,
	};
}

async function until(timeMs: number): Promise<void> {
	// A timer may go off a little before its time.
	for (let left = timeMs - performance.now(); left > 0; left = timeMs - performance.now()) await delay(left);
}
