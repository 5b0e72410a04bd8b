import { Latch } from "../../base/latch.ts";
import { JobError } from "../errors.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import type { Failure } from "../openai/failure.ts";
import { textOf } from "../openai/task.ts";
import type { Policy } from "../schedule/policies.ts";
import type { Schedule, ScheduleCounts } from "../schedule/schedule.ts";
import { Scheduler } from "../schedule/scheduler.ts";
import { CANCELLED, failed } from "./failed.ts";
import { measure } from "./measured.ts";
import { type Order, orderOf, type WorkerEvent } from "./messages.ts";
import type { Replica } from "./replica.ts";
import type { Request } from "./request.ts";
import { type Submission, Submissions, type SubmitOptions } from "./submission.ts";

/** How to dispatch. */
export interface DispatcherOptions {
	/** How requests are shared out. @default "dynamic" */
	readonly policy?: Policy;
	/** Decides who runs what. @default one of the policy */
	readonly schedule?: Schedule<Request> | undefined;
	/** Is told of every sign of life, and of what an engine says of itself. */
	readonly onHeard?: ((rank: number, event: WorkerEvent) => void) | undefined;
	/** Hears what `onEnd` and `onPiece` throw, and of a replica that broke in a way that no death explains. */
	readonly onError: (error: unknown) => void;
}

/** A rank that may be given requests. */
interface Place {
	readonly replica: Replica;
	/** Deaths of its engine. */
	epoch: number;
	/** Resolves `leave`. */
	onIdle?: () => void;
}

/**
 * Hands out requests to ranks, each to the rank that the schedule names, until each has ended exactly once: as an answer
 * or as a failure, whatever dies. Requests wait while no rank has joined yet. It never ends by itself.
 */
export class Dispatcher {
	readonly #scheduler: Schedule<Request>;
	readonly #onError: (error: unknown) => void;
	readonly #onHeard: ((rank: number, event: WorkerEvent) => void) | undefined;
	readonly #submissions: Submissions;
	readonly #places = new Map<number, Place>();
	/** Every rank that has joined, to be stopped in the end. */
	readonly #replicas = new Map<number, Replica>();
	#pumping = false;
	#closed = false;
	readonly #handedOut = new Latch();
	/** Why the last rank was lost. */
	#loss: string | undefined;

	constructor({ policy = "dynamic", schedule, onError, onHeard }: DispatcherOptions) {
		this.#scheduler = schedule ?? new Scheduler<Request>({ policy, textOf: ({ task }) => textOf(task) });
		this.#onHeard = onHeard;
		this.#onError = onError;
		this.#submissions = new Submissions({ onError, onRelease: () => this.#pumpSoon() });
	}

	/** What happened besides plain success. */
	get counts(): ScheduleCounts {
		return this.#scheduler.counts;
	}

	/** Requests that wait for a rank. */
	get queued(): number {
		return this.#scheduler.queued;
	}

	/** Requests that ranks have. */
	get outstanding(): number {
		return this.#scheduler.outstanding;
	}

	/** Why the last rank was lost; undefined if none was. */
	get loss(): string | undefined {
		return this.#loss;
	}

	/** A rank takes part from now on. One that was lost or has left may join anew. */
	join(replica: Replica): void {
		const { rank, slots } = replica;
		const place: Place = { replica, epoch: 0 };
		this.#places.set(rank, place);
		this.#replicas.set(rank, replica);
		this.#scheduler.join(rank, slots);
		// What an earlier replica of the rank still tells is void.
		const current = () => this.#places.get(rank) === place;
		replica.listen({
			onEvents: (events) => {
				if (current()) this.#handle(rank, place, events);
			},
			onDeath: (reason) => {
				if (current()) this.#lose(rank, reason);
			},
			onError: (error) => {
				if (current()) this.#lose(rank, "it broke");
				this.#onError(error);
			},
		});
		this.#pumpSoon();
	}

	/** A rank gets no more requests. Resolves when what it has has ended, or it has died. */
	leave(rank: number): Promise<void> {
		const place = this.#places.get(rank);
		if (place === undefined) return Promise.resolve();
		return new Promise((resolve) => {
			const before = place.onIdle;
			place.onIdle = () => {
				before?.();
				resolve();
			};
			this.#scheduler.leave(rank);
			this.#pumpSoon();
		});
	}

	/**
	 * Takes a request, which will end exactly once. Its id tells it from all others; the lower was submitted earlier.
	 *
	 * @throws {JobError} if a request with its id has not ended, or the dispatcher is closed.
	 */
	submit(request: Request, options: SubmitOptions): void {
		const { id } = request;
		if (this.#closed) throw new JobError(`Cannot submit request ${id}: the dispatcher is closed`, 2);
		if (this.#submissions.get(id) !== undefined)
			throw new JobError(`Cannot submit request ${id}: one with this id has not ended`, 2);
		this.#submissions.add({ request, options, abort: () => this.cancel(id), rank: undefined });
		this.#scheduler.add(request);
		if (options.signal?.aborted) this.cancel(id);
		this.#pumpSoon();
	}

	/**
	 * Cancels a request: one that waits is not run, one that runs is aborted on its rank. `onEnd` hears of it soon, before
	 * the rank's slot is free.
	 *
	 * @param failure What it ends as. @default that it was cancelled
	 * @returns False if there is none of this id that has not ended.
	 */
	cancel(id: number, failure: Failure = CANCELLED): boolean {
		const submission = this.#submissions.get(id);
		if (submission === undefined) return false;
		this.#submissions.forget(submission);
		const rank = this.#scheduler.cancel(submission.request);
		if (rank !== undefined) this.#places.get(rank)?.replica.cancel([id]);
		const end = { rank: rank ?? null, failure };
		// Not in the middle of what the caller is doing.
		queueMicrotask(() => this.#submissions.tell(submission, end));
		this.#pumpSoon();
		return true;
	}

	/** What the schedule goes by has changed: it decides anew. */
	readonly reconsider = (): void => this.#pumpSoon();

	/** All that will ever be submitted has been: policies may start the longest first. A server never calls it. */
	inputEnded(): void {
		this.#scheduler.close();
		this.#pumpSoon();
	}

	/** Resolves when requests have been handed out, or have ended without that. */
	handedOut(): Promise<void> {
		return this.#handedOut.wait();
	}

	/**
	 * Cancels what has not ended, and stops every rank that has joined, all at the same time: they compare their clocks.
	 *
	 * @returns Each rank's statistics; undefined for one that has died.
	 */
	async close(): Promise<Map<number, RankStatistics | undefined>> {
		this.#closed = true;
		for (const id of this.#submissions.ids) this.cancel(id);
		const stopping = [...this.#replicas].map(
			async ([rank, replica]) => [rank, await replica.stop()] as const,
		);
		return new Map(await Promise.all(stopping));
	}

	#handle(rank: number, place: Place, events: readonly WorkerEvent[]): void {
		for (const event of events) this.#take(rank, place, event);
		this.#checkIdle(rank);
		this.#pumpSoon();
	}

	#take(rank: number, place: Place, event: WorkerEvent): void {
		this.#onHeard?.(rank, event);
		switch (event.type) {
			case "pieces":
				for (const piece of event.pieces) this.#submissions.pass(piece, rank);
				return;
			case "beat":
			case "figures":
				return;
			case "answer":
				if (this.#scheduler.finished(rank, event.id, measure(event.answer)) !== undefined)
					this.#submissions.end(event.id, { rank, answer: event.answer });
				return;
			case "failure":
				if (this.#scheduler.finished(rank, event.id) !== undefined)
					this.#submissions.end(event.id, { rank, failure: event.failure });
				return;
			case "cancelled":
				this.#scheduler.finished(rank, event.id);
				return;
			case "down":
				place.epoch += 1;
				for (const { id } of this.#scheduler.engineDied(rank, event.running)) {
					const message = "Two engines died while they ran this request";
					this.#submissions.end(id, failed(rank, "engine_died", message));
				}
				this.#interrupt(rank, "engine");
				return;
			case "up":
				this.#scheduler.engineUp(rank);
				return;
			case "gone":
				this.#lose(rank, event.reason);
		}
	}

	/** A rank has died, or its engine for good. */
	#lose(rank: number, reason: string): void {
		this.#loss = reason;
		this.#scheduler.lose(rank);
		this.#interrupt(rank, "rank");
		this.#places.get(rank)?.onIdle?.();
		this.#places.delete(rank);
		this.#pumpSoon();
	}

	/** What had begun to speak on a rank must not begin anew on another. */
	#interrupt(rank: number, what: "engine" | "rank"): void {
		for (const { request } of this.#submissions.begunOn(rank)) {
			this.#scheduler.cancel(request);
			const message = `The ${what} died while the answer was being passed on in pieces`;
			this.#submissions.end(request.id, failed(rank, "interrupted", message));
		}
	}

	#checkIdle(rank: number): void {
		const place = this.#places.get(rank);
		if (place?.onIdle === undefined || this.#scheduler.loadOf(rank) > 0) return;
		this.#places.delete(rank);
		this.#scheduler.lose(rank);
		place.onIdle();
	}

	/** Decides once for all that happens in one turn. */
	#pumpSoon(): void {
		if (this.#pumping) return;
		this.#pumping = true;
		queueMicrotask(() => {
			this.#pumping = false;
			this.#pump();
		});
	}

	#pump(): void {
		for (const rank of this.#places.keys()) this.#checkIdle(rank);
		if (this.#submissions.held) return;
		if (this.#scheduler.living === 0 && this.#loss !== undefined) this.#giveUp(this.#loss);
		const orders = new Map<Place, Order[]>();
		for (let next = this.#scheduler.next(); next !== undefined; next = this.#scheduler.next()) {
			const submission = this.#submissions.get(next.item.id);
			const place = this.#places.get(next.rank);
			if (submission === undefined || place === undefined) continue;
			submission.rank = next.rank;
			submission.options.onAssigned?.(next.rank);
			const list = orders.get(place);
			if (list === undefined) orders.set(place, [this.#order(submission, place)]);
			else list.push(this.#order(submission, place));
		}
		for (const [{ replica }, list] of orders) replica.order(list);
		this.#handedOut.open();
	}

	#order({ request: { id, task }, options: { dueMs, onPiece } }: Submission, { epoch }: Place): Order {
		return orderOf({ id, task, epoch }, { dueMs, pieces: onPiece !== undefined });
	}

	/** Nobody is left to run what waits. */
	#giveUp(loss: string): void {
		const message = `No engine is left to run this request: ${loss}`;
		for (const { id } of this.#scheduler.drain())
			this.#submissions.end(id, failed(null, "no_engine", message));
	}
}
