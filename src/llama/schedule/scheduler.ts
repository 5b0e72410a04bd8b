import { Fifo } from "../../base/fifo.ts";
import { Dynamic } from "./dynamic.ts";
import type { Assignment, Item, Measured, WorkQueue } from "./item.ts";
import { Pace } from "./pace.ts";
import { Prefix } from "./prefix.ts";
import { RankHeap } from "./rank-heap.ts";
import { RankState } from "./rank-state.ts";
import { RoundRobin } from "./round-robin.ts";

/** How work is shared out. */
export const POLICIES = ["dynamic", "round-robin", "prefix"] as const;
export type Policy = (typeof POLICIES)[number];

export interface SchedulerOptions<T> {
	readonly policy: Policy;
	readonly ranks: number;
	/** Requests that a rank runs at the same time. */
	readonly slots: number;
	/** The text that a model reads for an item; needed by "prefix". */
	readonly textOf?: (item: T) => string;
	/** Items that "prefix" groups together. */
	readonly page?: number;
}

/** What happened besides plain success. */
export interface ScheduleCounts {
	/** Items that were handed out again, because their rank or its engine died. */
	readonly requeued: number;
	/** Items that no one may run any more, since engines died of them. */
	readonly condemned: number;
	/** Answers to items that had been handed out again. */
	readonly late: number;
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
export class Scheduler<T extends Item> {
	readonly #queue: WorkQueue<T>;
	readonly #ranks: RankState<T>[];
	readonly #pace = new Pace();
	/** Ranks that may get work, by what they have, in estimated milliseconds. */
	readonly #ready: RankHeap;
	/** Ranks that may get work, and for which there was none. */
	readonly #parked = new Set<number>();
	readonly #deaths = new Map<number, number>();
	/** Were running when an engine died. */
	readonly #suspects = new Fifo<T>();
	/** The rank that runs the suspects, or that gets nothing else until it can. */
	#warden: number | undefined;
	#outstanding = 0;
	#living: number;
	#requeued = 0;
	#condemned = 0;
	#late = 0;

	constructor({ policy, ranks, slots, textOf, page }: SchedulerOptions<T>) {
		const wake = (which: number | "one" | "all") => this.#wake(which);
		const prefix = () =>
			new Prefix<T>(ranks, wake, {
				textOf: textOf ?? (() => ""),
				cost: (item) => this.#pace.estimate(item),
				prefillMsPerToken: () => this.#pace.prefillMsPerToken,
				...(page === undefined ? {} : { page }),
			});
		this.#ready = new RankHeap(ranks);
		this.#ranks = Array.from({ length: ranks }, () => new RankState<T>(slots));
		this.#living = ranks;
		this.#queue =
			policy === "prefix" ? prefix() : new (policy === "dynamic" ? Dynamic<T> : RoundRobin<T>)(ranks, wake);
		for (let rank = 0; rank < ranks; rank++) this.#refresh(rank);
	}

	/** Items that wait to be handed out. */
	get queued(): number {
		return this.#queue.size + this.#suspects.size;
	}

	/** Items that ranks have. */
	get outstanding(): number {
		return this.#outstanding;
	}

	/** Ranks that are not lost. */
	get living(): number {
		return this.#living;
	}

	get counts(): ScheduleCounts {
		return { requeued: this.#requeued, condemned: this.#condemned, late: this.#late };
	}

	/** An item came in. */
	add(item: T): void {
		this.#queue.add(item);
	}

	/** What has come in must do: no policy may wait for more to choose from. */
	flush(): void {
		this.#queue.flush();
	}

	/** No more will come in. */
	close(): void {
		this.#queue.close();
	}

	/** What to do now; undefined: wait for something to happen. */
	next(): Assignment<T> | undefined {
		for (let rank = this.#ready.first; rank !== undefined; rank = this.#ready.first) {
			const item = this.#pick(rank);
			if (item !== undefined) {
				this.#ranks[rank]?.give(item, this.#pace.estimate(item));
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
		const item = this.#ranks[rank]?.end(id);
		if (item === undefined) {
			this.#late += 1;
			return undefined;
		}
		this.#outstanding -= 1;
		this.#deaths.delete(id);
		if (measured !== undefined) this.#pace.learn(measured);
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
		const state = this.#ranks[rank];
		if (state === undefined || state.lost) return [];
		state.up = false;
		this.#rest(rank);
		const condemned: T[] = [];
		for (const id of running) {
			const item = state.end(id);
			if (item === undefined) continue;
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
		// It has nothing to do once it is up again.
		if (this.#suspects.size > 0) this.#warden ??= rank;
		this.#takeBack(rank);
		return condemned;
	}

	/** A rank's engine runs again. */
	engineUp(rank: number): void {
		const state = this.#ranks[rank];
		if (state === undefined || state.lost) return;
		state.up = true;
		this.#refresh(rank);
	}

	/** A rank is gone, or its engine is for good. What it had goes to the others. */
	lose(rank: number): void {
		const state = this.#ranks[rank];
		if (state === undefined || state.lost) return;
		state.lost = true;
		this.#living -= 1;
		this.#rest(rank);
		if (this.#warden === rank) {
			this.#warden = undefined;
			this.#wake("all");
		}
		this.#takeBack(rank);
		this.#queue.lose(rank);
	}

	/** Takes all that waits: nobody is left to run it. */
	drain(): T[] {
		return [...this.#suspects.drain(), ...this.#queue.drain()];
	}

	#pick(rank: number): T | undefined {
		const state = this.#ranks[rank];
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
		const state = this.#ranks[rank];
		this.#parked.delete(rank);
		if (state?.hasRoom(this.#queue.deals)) this.#ready.set(rank, state.ms);
		else this.#ready.delete(rank);
	}

	/** Hands it nothing for now. */
	#rest(rank: number): void {
		this.#ready.delete(rank);
		this.#parked.delete(rank);
	}

	#takeBack(rank: number): void {
		const state = this.#ranks[rank];
		if (state === undefined) return;
		for (const item of state.clear()) {
			this.#outstanding -= 1;
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
