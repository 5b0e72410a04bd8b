import { Fifo } from "../../../base/fifo.ts";
import type { BatchRequest } from "../../batch/files/request.ts";
import { CANCELLED } from "../../dispatch/failed.ts";
import type { SubmitOptions } from "../../dispatch/submission.ts";
import type { CallEnd } from "../core/call.ts";
import type { Gateway } from "../core/gateway.ts";

/** Below every request of a client that waits for its answer. */
const PRIORITY = -10;
/** The gateway is full of others' requests: try again then. */
const RETRY_MS = 1000;

interface Waiting {
	readonly request: BatchRequest;
	readonly options: SubmitOptions;
}

/**
 * A batch's way into the gateway: as many calls at a time as there are slots, so that a batch never fills the queue, and
 * behind everybody who waits for an answer. What is refused for want of room is tried again.
 */
export class GatewayLane {
	readonly #gateway: Gateway;
	readonly #model: () => string;
	readonly #waiting = new Fifo<Waiting>();
	readonly #open = new Map<number, () => void>();
	#retry: ReturnType<typeof setTimeout> | undefined;
	#handedOut: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;

	constructor(gateway: Gateway, model: () => string) {
		this.#gateway = gateway;
		this.#model = model;
	}

	get queued(): number {
		return this.#waiting.size;
	}

	submit(request: BatchRequest, options: SubmitOptions): void {
		this.#waiting.push({ request, options });
		this.#next();
	}

	cancel(id: number): boolean {
		const cancel = this.#open.get(id);
		cancel?.();
		if (cancel !== undefined) return true;
		const waiting = this.#waiting.find(({ request }) => request.id === id);
		if (waiting === undefined) return false;
		this.#waiting.remove(waiting);
		queueMicrotask(() => waiting.options.onEnd({ rank: null, failure: CANCELLED }));
		return true;
	}

	handedOut(): Promise<void> {
		if (this.#handedOut === undefined) {
			let resolve = () => {};
			const promise = new Promise<void>((done) => {
				resolve = done;
			});
			this.#handedOut = { promise, resolve };
		}
		return this.#handedOut.promise;
	}

	inputEnded(): void {}

	#next(): void {
		while (this.#retry === undefined && this.#open.size < this.#gateway.slots) {
			const next = this.#waiting.shift();
			if (next === undefined) return;
			this.#submit(next);
		}
		this.#handedOut?.resolve();
		this.#handedOut = undefined;
	}

	#submit(waiting: Waiting): void {
		const { request } = waiting;
		const cancel = this.#gateway.submit({
			...{ task: request.task, priority: request.priority + PRIORITY, arrivedMs: performance.now() },
			label: { id: `batch-${request.id}`, kind: request.requestKind, model: this.#model(), stream: false },
			onEnd: (end) => {
				this.#open.delete(request.id);
				const told = this.#tell(waiting, end);
				this.#next();
				return told;
			},
		});
		this.#open.set(request.id, cancel);
	}

	#tell(waiting: Waiting, { answer, failure, facts }: CallEnd): Promise<void> | undefined {
		const rank = facts.attempts.at(-1)?.rank ?? null;
		if (answer !== undefined) return waiting.options.onEnd({ rank: rank ?? 0, answer });
		if (failure.code === "queue_full") {
			this.#waiting.unshift(waiting);
			this.#retry ??= setTimeout(() => {
				this.#retry = undefined;
				this.#next();
			}, RETRY_MS);
			return undefined;
		}
		return waiting.options.onEnd({ rank, failure });
	}
}
