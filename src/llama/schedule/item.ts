/** Characters of a token, about: what estimates are made with before a tokenizer has seen a text. */
export const CHARS_PER_TOKEN = 4;

/** What the schedule knows of a request. */
export interface Item {
	/** Tells it from all others; the lower came in earlier. */
	readonly id: number;
	/** Tokens of its prompt, estimated. */
	readonly promptTokens: number;
	/** Most tokens that it may generate. */
	readonly maxTokens: number;
	/** A higher one goes first; 0 is usual. */
	readonly priority: number;
	/** When it came in, in milliseconds of the schedule's clock; for a server. */
	readonly arrivedMs?: number | undefined;
	/** When it must have ended, on the same clock; for a server. @default never */
	readonly deadlineMs?: number | undefined;
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
	/** Prompt tokens that the engine still had. @default 0 */
	readonly cachedTokens?: number;
	/** Tokens that were generated. */
	readonly completionTokens: number;
	/** Milliseconds until the first token, without the wait for a slot. */
	readonly prefillMs: number;
	/** Milliseconds from the first token to the last. */
	readonly decodeMs: number;
	/** What was generated: the engine's sequence holds it after the prompt. @default nobody needs it */
	readonly text?: string | undefined;
}

/** Lets ranks ask again that asked for work and got none: one rank, any one, or all. */
export type Wake = (ranks: number | "one" | "all") => void;

/** Items that wait, and the choice among them: a dispatch policy. */
export interface WorkQueue<T extends Item> {
	/** Items that wait. */
	readonly size: number;
	/** Whether a rank is given all at once, however much that is. */
	readonly deals: boolean;
	/** A rank takes part from now on. */
	join(rank: number, slots: number): void;
	/** A rank takes nothing any more; what was kept for it goes to others. */
	lose(rank: number): void;
	/** A rank's engine died, and what it had cached with it. The rank takes nothing until `engineUp`. */
	engineDied(rank: number): void;
	/** A rank's engine runs again, with nothing cached. */
	engineUp(rank: number): void;
	add(item: T): void;
	/** Takes an item back that a rank will not run. */
	giveBack(item: T, rank: number): void;
	/** Takes an item out that nobody wants any more. False if it does not wait here. */
	remove(item: T): boolean;
	/** All that will ever come has come, so that the order may suit the end. It is called for a file, never online. */
	close(): void;
	/** The next item for a rank. */
	take(rank: number): T | undefined;
	/** An item that a rank took is off it, whatever came of it. */
	ended(item: T, rank: number): void;
	/** Takes all that wait, in no order: nobody will run it. */
	drain(): T[];
}
