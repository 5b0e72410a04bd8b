import type { Assignment, Item, Measured } from "./item.ts";

/** What happened besides plain success. */
export interface ScheduleCounts {
	/** Items that were handed out again, because their rank or its engine died. */
	readonly requeued: number;
	/** Items that no one may run any more, since engines died of them. */
	readonly condemned: number;
	/** Answers to items that had been handed out again. */
	readonly late: number;
}

/**
 * Decides which rank runs which item. It does nothing itself: whoever owns it tells it what happened, and then calls
 * `next` until that has nothing more to hand out.
 */
export interface Schedule<T extends Item> {
	/** Items that wait to be handed out. */
	readonly queued: number;
	/** Items that ranks have. */
	readonly outstanding: number;
	/** Ranks that take part: neither lost nor leaving. */
	readonly living: number;
	readonly counts: ScheduleCounts;
	/** A rank takes part from now on, which runs so many items at the same time. */
	join(rank: number, slots: number): void;
	/** A rank gets nothing more. What it has stays its own; `loadOf` tells when that has ended. */
	leave(rank: number): void;
	/** How many items a rank has. */
	loadOf(rank: number): number;
	/** An item came in. */
	add(item: T): void;
	/**
	 * Nobody wants an item any more.
	 *
	 * @returns The rank that has it, whose slot it takes until `finished`; undefined: it waited, and is gone.
	 */
	cancel(item: T): number | undefined;
	/** All that will ever come has come: the order may suit the end. */
	close(): void;
	/** What to do now; undefined: wait for something to happen. */
	next(): Assignment<T> | undefined;
	/**
	 * A rank has ended an item, well or not.
	 *
	 * @returns The item; undefined if this rank had it no more, and the answer must be dropped.
	 */
	finished(rank: number, id: number, measured?: Measured): T | undefined;
	/**
	 * A rank's engine died; the rank gets nothing until its engine is up again.
	 *
	 * @param running What the engine was running; all else that the rank has is taken back too.
	 * @returns Items that are condemned: they must not run again.
	 */
	engineDied(rank: number, running: readonly number[]): T[];
	/** A rank's engine runs again. */
	engineUp(rank: number): void;
	/** A rank is gone, or its engine is for good. What it had goes to the others. */
	lose(rank: number): void;
	/** Takes all that waits: nobody is left to run it. */
	drain(): T[];
}
