/** What the schedule knows of a request. */
export interface Item {
	/** Tells it from all others; the lower came in earlier. */
	readonly id: number;
	/** Tokens of its prompt, estimated. */
	readonly promptTokens: number;
	/** Most tokens that it may generate. */
	readonly maxTokens: number;
	/** A higher one goes first. */
	readonly priority: number;
}

/** An item and the rank that is to run it. */
export interface Assignment<T> {
	readonly rank: number;
	readonly item: T;
}

/** What one request took, for the estimates. */
export interface Measured {
	/** Prompt tokens that had to be evaluated. */
	readonly promptTokens: number;
	readonly completionTokens: number;
	/** Until the first token, without the wait for a slot. */
	readonly prefillMs: number;
	/** From the first token to the last. */
	readonly decodeMs: number;
}

/** Which ranks a queue has work for, of those that found none. */
export type Wake = (ranks: number | "one" | "all") => void;

/** Items that wait, and the choice among them: a dispatch policy. */
export interface WorkQueue<T extends Item> {
	/** Items that wait. */
	readonly size: number;
	/** Whether a rank is given all at once, however much that is. */
	readonly deals: boolean;
	add(item: T): void;
	/** Takes an item back that a rank will not run. */
	giveBack(item: T, rank: number): void;
	/** Waits no longer for more to choose from. */
	flush(): void;
	/** Nothing will be added any more. */
	close(): void;
	/** The next item for a rank. */
	take(rank: number): T | undefined;
	/** This rank takes nothing any more. */
	lose(rank: number): void;
	/** Takes all that wait, in no order: nobody will run it. */
	drain(): T[];
}
