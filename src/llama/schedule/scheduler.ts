import { Fifo } from "../../base/fifo.ts";
import { RankHeap } from "./heap/rank-heap.ts";
import type { Assignment, Item, Measured, WorkQueue } from "./item.ts";
import { Pace } from "./pace.ts";
import { type Policy, queueOf } from "./policies.ts";
import { RankState } from "./rank-state.ts";
import type { Schedule, ScheduleCounts } from "./schedule.ts";

/** How to schedule. */
export interface SchedulerOptions<T> {
	readonly policy: Policy;
	/** The text that a model reads for an item; "prefix" needs it. @default no item begins like another */
	readonly textOf?: (item: T) => string;
}

/** Engines that an item may kill. */
const MOST_DEATHS = 2;

/**
 * Decides which rank runs which item. It does nothing itself: whoever owns it tells it what happened, and then calls
 * `next` until that has nothing more to hand out. A decision takes logarithmic time in ranks and items.
 *
 * An item that was running when an engine died may be what killed it. It runs again alone, on a rank that runs nothing
 * else meanwhile: if that engine dies too, no other item can be to blame, and it is condemned.
 */
export class Scheduler<T extends Item> implements Schedule<T> {
	readonly #queue: WorkQueue<T>;
	readonly #ranks = new Map<number, RankState<T>>();
	readonly #pace = new Pace();
	/** Ranks that may get work, by what they have, in estimated milliseconds. */
	readonly #ready = new RankHeap();
	/** Ranks that asked for work and got none; `Wake` lets them ask again. */
	readonly #parked = new Set<number>();
	readonly #deaths = new Map<number, number>();
	/** Items that were running when an engine died. */
	readonly #suspects = new Fifo<T>();
	/** The rank that runs the suspects, or that gets nothing else until it can. */
	#warden: number | undefined;
	#outstanding = 0;
	#living = 0;
	#requeued = 0;
	#condemned = 0;
	#late = 0;

	constructor({ policy, textOf = () => "" }: SchedulerOptions<T>) {
		const wake = (which: number | "one" | "all") => this.#wake(which);
		this.#queue = queueOf(policy, { textOf, pace: this.#pace, wake });
	}

	/** Items that wait to be handed out. */
	get queued(): number {
		return this.#queue.size + this.#suspects.size;
	}

	/** Items that ranks have. */
	get outstanding(): number {
		return this.#outstanding;
	}

	/** Ranks that take part: neither lost nor leaving. */
	get living(): number {
		return this.#living;
	}

	get counts(): ScheduleCounts {
		return { requeued: this.#requeued, condemned: this.#condemned, late: this.#late };
	}

	/** A rank takes part from now on, which runs so many items at the same time. */
	join(rank: number, slots: number): void {
		this.lose(rank);
		this.#ranks.set(rank, new RankState<T>(slots));
		this.#living += 1;
		this.#queue.join(rank, slots);
		this.#refresh(rank);
	}

	/** A rank gets nothing more. What it has stays its own; `loadOf` tells when that has ended. */
	leave(rank: number): void {
		const state = this.#ranks.get(rank);
		if (state === undefined || state.leaving) return;
		state.leaving = true;
		this.#living -= 1;
		this.#retire(rank);
	}

	/** How many items a rank has. */
	loadOf(rank: number): number {
		return this.#ranks.get(rank)?.load ?? 0;
	}

	/** An item came in. */
	add(item: T): void {
		this.#queue.add(item);
	}

	/**
	 * Nobody wants an item any more.
	 *
	 * @returns The rank that has it, whose slot it takes until `finished`; undefined: it waited, and is gone.
	 */
	cancel(item: T): number | undefined {
		this.#deaths.delete(item.id);
		for (const [rank, state] of this.#ranks) if (state.disown(item.id)) return rank;
		if (!this.#suspects.remove(item)) {
			this.#queue.remove(item);
		} else if (this.#suspects.size === 0) {
			this.#dismissWarden();
		}
		return undefined;
	}

	/** All that will ever come has come: the order may suit the end. */
	close(): void {
		this.#queue.close();
	}

	/** What to do now; undefined: wait for something to happen. */
	next(): Assignment<T> | undefined {
		for (let rank = this.#ready.first; rank !== undefined; rank = this.#ready.first) {
			const item = this.#pick(rank);
			if (item !== undefined) {
				this.#ranks.get(rank)?.give(item, this.#pace.estimate(item));
				this.#outstanding += 1;
				this.#refresh(rank);
				return { rank, item };
			}
			this.#ready.delete(rank);
		}
		return undefined;
	}

	/**
	 * A rank has ended an item, well or not.
	 *
	 * @returns The item; undefined if this rank had it no more, and the answer must be dropped.
	 */
	finished(rank: number, id: number, measured?: Measured): T | undefined {
		const item = this.#ranks.get(rank)?.end(id);
		if (item === undefined) {
			this.#late += 1;
			return undefined;
		}
		this.#outstanding -= 1;
		this.#deaths.delete(id);
		this.#queue.ended(item, rank);
		if (measured !== undefined) this.#pace.learn(item, measured);
		if (rank === this.#warden && this.#suspects.size === 0) this.#warden = undefined;
		this.#refresh(rank);
		return item;
	}

	/**
	 * A rank's engine died; the rank gets nothing until its engine is up again.
	 *
	 * @param running What the engine was running; all else that the rank has is taken back too.
	 * @returns Items that are condemned: they must not run again.
	 */
	engineDied(rank: number, running: readonly number[]): T[] {
		const state = this.#ranks.get(rank);
		if (state === undefined) return [];
		state.up = false;
		this.#rest(rank);
		this.#queue.engineDied(rank);
		const condemned: T[] = [];
		for (const id of running) {
			if (!state.wants(id)) continue;
			const item = state.end(id) as T;
			this.#outstanding -= 1;
			const deaths = (this.#deaths.get(id) ?? 0) + 1;
			this.#deaths.set(id, deaths);
			if (deaths < MOST_DEATHS) {
				this.#suspects.push(item);
				this.#requeued += 1;
			} else {
				this.#deaths.delete(id);
				this.#condemned += 1;
				condemned.push(item);
			}
		}
		// It runs nothing else once it is up again, so it is the one that need not be emptied first.
		if (this.#suspects.size > 0 && !state.leaving) this.#warden ??= rank;
		this.#takeBack(rank);
		return condemned;
	}

	/** A rank's engine runs again. */
	engineUp(rank: number): void {
		const state = this.#ranks.get(rank);
		if (state === undefined) return;
		state.up = true;
		this.#queue.engineUp(rank);
		this.#refresh(rank);
	}

	/** A rank is gone, or its engine is for good. What it had goes to the others. */
	lose(rank: number): void {
		const state = this.#ranks.get(rank);
		if (state === undefined) return;
		this.#takeBack(rank);
		this.#ranks.delete(rank);
		if (state.leaving) return;
		this.#living -= 1;
		this.#retire(rank);
	}

	/** Takes all that waits: nobody is left to run it. */
	drain(): T[] {
		return [...this.#suspects.drain(), ...this.#queue.drain()];
	}

	#pick(rank: number): T | undefined {
		const state = this.#ranks.get(rank);
		if (this.#suspects.size > 0 && (this.#warden ?? rank) === rank) {
			this.#warden = rank;
			// `finished` makes it ready again.
			if (state === undefined || state.load > 0) return undefined;
			state.alone = true;
			return this.#suspects.shift();
		}
		const item = this.#queue.take(rank);
		if (item === undefined) this.#parked.add(rank);
		return item;
	}

	#refresh(rank: number): void {
		const state = this.#ranks.get(rank);
		this.#parked.delete(rank);
		if (state?.hasRoom(this.#queue.deals)) this.#ready.set(rank, state.ms);
		else this.#ready.delete(rank);
	}

	/** Hands it nothing for now. */
	#rest(rank: number): void {
		this.#ready.delete(rank);
		this.#parked.delete(rank);
	}

	/** A rank that has left or is lost has no part in the queue any more. */
	#retire(rank: number): void {
		this.#rest(rank);
		this.#queue.lose(rank);
		if (this.#warden === rank) this.#dismissWarden();
	}

	/** Suspects go to another rank, or there are none any more. */
	#dismissWarden(): void {
		const warden = this.#warden;
		this.#warden = undefined;
		if (warden !== undefined) this.#refresh(warden);
		this.#wake("all");
	}

	#takeBack(rank: number): void {
		const state = this.#ranks.get(rank);
		if (state === undefined) return;
		for (const { item, wanted } of state.clear()) {
			this.#outstanding -= 1;
			if (!wanted) continue;
			this.#requeued += 1;
			// A suspect whose rank died of something else is still one.
			if (this.#deaths.has(item.id)) this.#suspects.push(item);
			else this.#queue.giveBack(item, rank);
		}
		if (this.#suspects.size > 0) this.#wake("one");
	}

	#wake(which: number | "one" | "all"): void {
		if (which === "all") {
			for (const rank of [...this.#parked]) this.#refresh(rank);
			return;
		}
		const rank = which === "one" ? this.#parked.values().next().value : which;
		if (rank !== undefined && this.#parked.has(rank)) this.#refresh(rank);
	}
}
