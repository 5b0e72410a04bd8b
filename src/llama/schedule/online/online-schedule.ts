import type { Assignment, Item, Measured } from "../item.ts";
import { Pace } from "../pace.ts";
import type { Policy } from "../policies.ts";
import type { Schedule, ScheduleCounts } from "../schedule.ts";
import { type Admission, type Bounds, makeRoom } from "./admission.ts";
import { choose } from "./choose.ts";
import { DrainRate } from "./drain-rate.ts";
import { History } from "./history.ts";
import type { OnlineRank } from "./online-rank.ts";
import { Ranks } from "./ranks.ts";
import type { ScheduleSnapshot } from "./snapshot.ts";
import { type Entry, entryOf, Waiting } from "./waiting.ts";

/** How to schedule what comes in at any time. */
export interface OnlineScheduleOptions<T> {
	/** The text that a model reads for an item; an empty one uses no slot's memory, as an embedding. */
	readonly textOf: (item: T) => string;
	/** The clock of all times, in milliseconds. */
	readonly now: () => number;
	/** Where the first token comes soonest; where least runs; in turn. @default "prefix" */
	readonly policy?: Policy | undefined;
	/** Items that may wait for a free slot. @default 128 */
	readonly maxQueue?: number | undefined;
	/** Tokens that the prompts of waiting items may have together, estimated. @default no bound */
	readonly maxQueueTokens?: number | undefined;
}

/**
 * Decides for a server what is taken, in which order it runs, and on which rank. It does nothing itself, as every
 * schedule, and has no clock and no timer of its own.
 *
 * A rank gets no more items than it has slots, so that all that waits can still go anywhere, or away.
 */
export class OnlineSchedule<T extends Item> implements Schedule<T> {
	readonly #textOf: (item: T) => string;
	readonly #now: () => number;
	readonly #policy: Policy;
	readonly #bounds: Bounds;
	readonly #ranks = new Ranks<T>();
	readonly #waiting = new Waiting<T>();
	readonly #history = new History();
	readonly #pace = new Pace();
	readonly #rate = new DrainRate();
	/** The rank that was given something last. */
	#last = -1;
	#requeued = 0;
	#condemned = 0;
	#late = 0;

	constructor(options: OnlineScheduleOptions<T>) {
		const { textOf, now, policy = "prefix", maxQueue = 128, maxQueueTokens = Infinity } = options;
		this.#textOf = textOf;
		this.#now = now;
		this.#policy = policy;
		this.#bounds = { items: maxQueue, tokens: maxQueueTokens };
	}

	get queued(): number {
		return this.#waiting.size;
	}

	/** Slots that are free, less the items that wait for one: below 0 where some have to wait. */
	get room(): number {
		return this.#ranks.room(this.#now()) - this.#waiting.size;
	}

	get outstanding(): number {
		return this.#ranks.outstanding;
	}

	get living(): number {
		return this.#ranks.living;
	}

	get counts(): ScheduleCounts {
		return { requeued: this.#requeued, condemned: this.#condemned, late: this.#late };
	}

	join(rank: number, slots: number): void {
		this.lose(rank);
		this.#ranks.add(rank, slots, this.#now());
	}

	leave(rank: number): void {
		const state = this.#ranks.get(rank);
		if (state !== undefined) state.leaving = true;
	}

	loadOf(rank: number): number {
		return this.#ranks.get(rank)?.load ?? 0;
	}

	/** Whether an item is taken, before it is added. One that can start at once always is, unless its time is over. */
	admit(item: T): Admission<T> {
		const now = this.#now();
		const entry = this.#entryOf(item, "");
		const room = this.#ranks.room(now);
		const ahead = this.#waiting.before(entry) - room + 1;
		const waitMs = ahead <= 0 ? 0 : (this.#rate.waitMs(ahead, this.#ranks.slots, now) ?? 0);
		// Such a one hardly comes back, and is no reason to keep others away for longer.
		if (now + waitMs >= (item.deadlineMs ?? Infinity))
			return { admitted: false, reason: "deadline", retryAfterMs: Math.round(waitMs) };
		const evicted = makeRoom(this.#waiting, entry, { room, bounds: this.#bounds });
		if (typeof evicted === "string")
			return { admitted: false, reason: evicted, retryAfterMs: this.retryAfterMs() };
		if (evicted.length === 0) return { admitted: true };
		for (const { item: other } of evicted) this.#waiting.remove(other.id);
		return { admitted: true, evicted: evicted.map(({ item: other }) => other) };
	}

	/** When the next that is refused may ask again: from how fast the queue drains, and one after the other. */
	retryAfterMs(): number {
		return this.#rate.retryAfterMs(this.#waiting.size, this.#ranks.slots, this.#now());
	}

	/** An item came in, or the rest of one that was cancelled. */
	add(item: T): void {
		this.#waiting.add(this.#entryOf(item, this.#textOf(item)));
	}

	cancel(item: T): number | undefined {
		for (const { rank, running } of this.#ranks) {
			const entry = running.get(item.id);
			if (!entry?.wanted) continue;
			entry.wanted = false;
			return rank;
		}
		this.#waiting.remove(item.id);
		return undefined;
	}

	/** Takes out all whose time is over while they wait. */
	expire(): T[] {
		return this.#waiting.expire(this.#now());
	}

	/** When the first that waits is to expire. */
	nextDeadline(): number | undefined {
		return this.#waiting.nextDeadline;
	}

	/** When to look again, though nothing has happened: something expires, or a rank is to be tried again. */
	nextWake(): number | undefined {
		const tries = [...this.#ranks].map(({ breaker }) => breaker.untilMs ?? Infinity);
		const next = Math.min(this.nextDeadline() ?? Infinity, ...tries.filter((at) => at > this.#now()));
		return next === Infinity ? undefined : next;
	}

	/** Nothing: more may always come. */
	close(): void {}

	next(): Assignment<T> | undefined {
		const now = this.#now();
		if (this.#waiting.size === 0) return undefined;
		const all = this.#ranks.withRoom(this.#last, now);
		if (all.length === 0) return undefined;
		for (const entry of this.#waiting) {
			const state = choose(entry, this.#allowed(entry.item, all), {
				policy: this.#policy,
				pace: this.#pace,
				isSuspect: ({ id }) => this.#history.has(id),
			});
			if (state === undefined) continue;
			this.#waiting.remove(entry.item.id);
			state.give(entry, now);
			this.#last = state.rank;
			return { rank: state.rank, item: entry.item };
		}
		return undefined;
	}

	/**
	 * A rank has ended an item, well or not.
	 *
	 * @returns The item; undefined if the rank has it no more or nobody wants it, and the answer must be dropped.
	 */
	finished(rank: number, id: number, measured?: Measured): T | undefined {
		const now = this.#now();
		const state = this.#ranks.get(rank);
		state?.heard(now);
		const running = state?.end(id, measured?.text);
		if (running === undefined) {
			this.#late += 1;
			return undefined;
		}
		if (!running.wanted) return undefined;
		const { item } = running.entry;
		this.#history.forget(id);
		this.#rate.ended(now, now - running.sinceMs);
		if (measured !== undefined) this.#pace.learn(item, measured);
		return item;
	}

	engineDied(rank: number, running: readonly number[]): T[] {
		const state = this.#ranks.get(rank);
		if (state === undefined) return [];
		state.heard(this.#now());
		state.up = false;
		state.deaths += 1;
		const ran = new Set(running);
		const condemned: T[] = [];
		for (const { entry, wanted } of state.clear()) {
			const { item } = entry;
			if (!wanted) continue;
			// What was still on its way to the engine knows nothing of its death.
			if (!ran.has(item.id) || this.#history.died(item.id, rank)) this.#putBack(entry);
			else condemned.push(item);
		}
		for (const { id } of condemned) this.#history.forget(id);
		this.#condemned += condemned.length;
		return condemned;
	}

	engineUp(rank: number): void {
		const state = this.#ranks.get(rank);
		if (state === undefined) return;
		state.heard(this.#now());
		state.up = true;
	}

	lose(rank: number): void {
		const state = this.#ranks.get(rank);
		if (state === undefined) return;
		this.#ranks.remove(state);
		for (const { entry, wanted } of state.clear()) {
			if (!wanted) continue;
			this.#history.lost(entry.item.id, rank);
			this.#putBack(entry);
		}
	}

	drain(): T[] {
		return this.#waiting.drain();
	}

	/** A rank gave a sign of life. */
	heard(rank: number): void {
		this.#ranks.get(rank)?.heard(this.#now());
	}

	/** A rank's engine failed a request that was not to blame. To be told before `finished`. */
	failedByEngine(rank: number): void {
		this.#ranks.get(rank)?.breaker.failed(this.#now());
	}

	/** Ranks that get nothing for now: they run something and are silent, or their engine fails. */
	suspects(): number[] {
		const now = this.#now();
		return [...this.#ranks].filter((state) => state.condition(now) === "suspect").map(({ rank }) => rank);
	}

	/** What is known, for whoever watches. */
	snapshot(): ScheduleSnapshot {
		const ranks = this.#ranks.snapshot(this.#now());
		return { ranks, waiting: this.queued, waitingTokens: this.#waiting.tokens };
	}

	#entryOf(item: T, text: string): Entry<T> {
		return entryOf(item, text, this.#now(), this.#history.has(item.id));
	}

	#putBack({ item, text }: Entry<T>): void {
		this.#requeued += 1;
		this.#waiting.add(this.#entryOf(item, text));
	}

	/** Ranks that may run an item: not one that died with it while another lives, and none that still has it from before. */
	#allowed(item: T, ranks: readonly OnlineRank<T>[]): readonly OnlineRank<T>[] {
		const { id } = item;
		const without = ranks.filter(({ running }) => !running.has(id));
		if (!this.#history.has(id)) return without;
		const isFresh = (rank: number) => !this.#history.tried(id, rank);
		const another = [...this.#ranks].some(({ rank, works }) => works && isFresh(rank));
		return another ? without.filter(({ rank }) => isFresh(rank)) : without;
	}
}
