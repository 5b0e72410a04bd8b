import { Latch } from "../../../base/latch.ts";
import type { BatchRequest } from "../../batch/files/request.ts";
import { CANCELLED } from "../../dispatch/failed.ts";
import type { SubmitOptions } from "../../dispatch/submission.ts";
import type { FailureCode } from "../../openai/failure.ts";
import type { Call, CallEnd } from "../core/call.ts";
import type { Gateway } from "../core/gateway.ts";
import { LaneQueue, type Waiting } from "./lane-queue.ts";

/** Below every request of a client that waits for its answer. */
const PRIORITY = -10;
/** How soon it looks again whether there is room, if nothing else makes it look. */
const LOOK_MS = 1000;
/** So long after the last request of a client a slot is left free for the next one. */
const QUIET_MS = 30_000;

/** Failures that say nothing of the request: it has not been run, and will be. */
const HELD: ReadonlySet<FailureCode> = new Set(["queue_full", "draining", "no_engine", "engine_closed"]);

/** A request that the gateway has. */
interface Open {
	readonly waiting: Waiting;
	readonly cancel: () => void;
	/** A rank has it. */
	running: boolean;
	/** It makes room for somebody, and waits here again. */
	givesWay: boolean;
	/** Nobody wants it any more. */
	unwanted: boolean;
}

/**
 * A batch's way into the gateway, on which it takes what nobody else wants: all slots while no client asks for anything,
 * all but one while clients do. A client that finds no slot gets that of the youngest of the batch, which begins anew
 * later, and keeps its slot then. One request is always at the gateway, so that the batch goes on however busy it is.
 */
export class BatchLane {
	readonly #gateway: Gateway;
	readonly #model: () => string;
	readonly #waiting = new LaneQueue();
	readonly #open = new Map<number, Open>();
	#look: ReturnType<typeof setTimeout> | undefined;
	/** The gateway took nothing: it is not asked before the next look. */
	#refused = false;
	#closed = false;
	#clientMs = Number.NEGATIVE_INFINITY;
	readonly #handedOut = new Latch();

	constructor(gateway: Gateway, model: () => string) {
		this.#gateway = gateway;
		this.#model = model;
		gateway.background = {
			came: (call, waits) => this.#came(call, waits),
			ended: (call) => {
				if (call.priority > PRIORITY) this.#clientMs = performance.now();
				this.#next();
			},
		};
	}

	/** Requests that the gateway does not have yet. */
	get queued(): number {
		return this.#waiting.size;
	}

	submit(request: BatchRequest, options: SubmitOptions): void {
		this.#waiting.add({ request, options, gaveWay: false });
		this.#next();
	}

	/** False if there is none of this id. */
	cancel(id: number): boolean {
		const open = this.#open.get(id);
		if (open !== undefined) {
			open.unwanted = true;
			open.cancel();
			return true;
		}
		const waiting = this.#waiting.remove(id);
		if (waiting !== undefined) queueMicrotask(() => drop(waiting));
		return waiting !== undefined;
	}

	/** Resolves when the gateway has taken some. */
	handedOut(): Promise<void> {
		return this.#handedOut.wait();
	}

	inputEnded(): void {}

	/** Leaves the gateway alone. */
	close(): void {
		this.#closed = true;
		clearTimeout(this.#look);
		this.#gateway.background = undefined;
	}

	#came({ priority }: Call, waits: boolean): void {
		if (priority <= PRIORITY) return;
		this.#clientMs = performance.now();
		if (!waits) return;
		const youngest = [...this.#open.values()]
			.reverse()
			.find(({ running, givesWay, waiting }) => running && !givesWay && !waiting.gaveWay);
		if (youngest === undefined) return;
		youngest.givesWay = true;
		youngest.cancel();
	}

	#next(): void {
		while (this.#mayRun) {
			const next = this.#waiting.shift();
			if (next === undefined) break;
			this.#submit(next);
		}
		this.#handedOut.open();
		if (this.#waiting.size > 0) this.#lookLater();
	}

	get #mayRun(): boolean {
		if (this.#refused || this.#closed) return false;
		const kept = performance.now() - this.#clientMs < QUIET_MS ? 1 : 0;
		return this.#open.size === 0 || this.#gateway.room > kept;
	}

	#lookLater(): void {
		if (this.#closed) return;
		this.#look ??= setTimeout(() => {
			this.#look = undefined;
			this.#refused = false;
			this.#next();
		}, LOOK_MS);
	}

	#submit(waiting: Waiting): void {
		const { task, id, requestKind: kind } = waiting.request;
		const cancel = this.#gateway.submit({
			...{ task, priority: PRIORITY, arrivedMs: performance.now() },
			label: { id: `batch-${id}`, kind, model: this.#model(), stream: false },
			onAssigned: () => {
				open.running = true;
			},
			onEnd: (end) => {
				this.#open.delete(id);
				return this.#ended(open, end);
			},
		});
		const open: Open = { waiting, cancel, running: false, givesWay: false, unwanted: false };
		this.#open.set(id, open);
	}

	#ended(
		{ waiting, givesWay, unwanted }: Open,
		{ answer, failure, facts }: CallEnd,
	): Promise<void> | undefined {
		const rank = facts.attempts.at(-1)?.rank;
		if (answer !== undefined) return waiting.options.onEnd({ rank: rank ?? 0, answer });
		if (unwanted) return drop(waiting);
		if (!givesWay && !HELD.has(failure.code)) {
			return waiting.options.onEnd({ rank: rank ?? null, failure });
		}
		this.#refused ||= !givesWay;
		this.#waiting.add({ ...waiting, gaveWay: waiting.gaveWay || givesWay });
		this.#lookLater();
		return undefined;
	}
}

function drop({ options }: Waiting): Promise<void> | undefined {
	return options.onEnd({ rank: null, failure: CANCELLED });
}
