import type { Item } from "../item.ts";
import type { Entry, Waiting } from "./waiting.ts";

/** Whether an item is taken. */
export type Admission<T> =
	| {
			readonly admitted: true;
			/** Items that waited and had to make room: they do not wait any more, and whoever owns them ends them. */
			readonly evicted?: T[];
	  }
	| {
			readonly admitted: false;
			/** Too many wait; their prompts are too long together; its time would be over before it begins. */
			readonly reason: "queue_full" | "queue_tokens" | "deadline";
			/** When it is worth while to ask again. */
			readonly retryAfterMs: number;
	  };

/** How much may wait. */
export interface Bounds {
	/** Items; 0: nothing waits. */
	readonly items: number;
	/** Tokens of their prompts together. */
	readonly tokens: number;
}

/**
 * Who has to make room so that a new entry can wait within the bounds: the newest of the lowest class, if the new entry
 * is of a higher one. What can start at once does not count.
 *
 * @param room Slots that are free.
 * @returns Why there is no room for it, or whom it pushes out.
 */
export function makeRoom<T extends Item>(
	waiting: Waiting<T>,
	entry: Entry<T>,
	{ room, bounds }: { readonly room: number; readonly bounds: Bounds },
): "queue_full" | "queue_tokens" | Entry<T>[] {
	const ahead = waiting.before(entry);
	// With it, so many more than there are free slots.
	let items = waiting.size + 1 - room;
	if (items <= 0) return [];
	let tokens =
		ahead < room ? waiting.tokensAfter(room - 1) : waiting.tokensAfter(room) + entry.item.promptTokens;
	const evicted: Entry<T>[] = [];
	const candidates = waiting.expendable();
	for (;;) {
		const full = items > bounds.items ? "queue_full" : tokens > bounds.tokens ? "queue_tokens" : undefined;
		if (full === undefined) return evicted;
		const victim = candidates[evicted.length];
		if (victim === undefined || victim.turn <= entry.turn) return full;
		evicted.push(victim);
		items -= 1;
		tokens -= victim.item.promptTokens;
	}
}
