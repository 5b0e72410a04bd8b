import type { Item } from "../item.ts";

/** A waiting item counts one step of priority more for each of these. */
const STEP_MS = 5_000;
/** Steps of priority that count in full. Beyond them each counts less, and all together at most as much again. */
const FULL_STEPS = 30;

/** An item that waits, or one that runs and might have to wait again. */
export interface Entry<T extends Item> {
	readonly item: T;
	/** What a model reads for it. */
	readonly text: string;
	readonly arrivedMs: number;
	/** Its class: of two items the one with the lower turn goes first, however long they wait. */
	readonly turn: number;
	/** Its rank or engine died: it goes to the front of its class, and nothing pushes it out. */
	readonly again: boolean;
}

/**
 * An entry of an item. A step of priority is worth five seconds of waiting. Since all that wait gain steps at the same
 * pace, their order never changes: a turn is the time of arrival, counted in steps, less the priority. The worth of a
 * priority is bounded: nothing goes before an item that comes ten minutes after it.
 */
export function entryOf<T extends Item>(item: T, text: string, now: number, again: boolean): Entry<T> {
	const arrivedMs = item.arrivedMs ?? now;
	const turn = Math.floor(arrivedMs / STEP_MS) - worthOf(item.priority);
	return { item, text, arrivedMs, turn, again };
}

function worthOf(priority: number): number {
	const steps = Math.abs(priority);
	if (steps <= FULL_STEPS) return priority;
	return Math.sign(priority) * FULL_STEPS * (2 - FULL_STEPS / steps);
}

function isBefore<T extends Item>(a: Entry<T>, b: Entry<T>): boolean {
	if (a.turn !== b.turn) return a.turn < b.turn;
	if (a.again !== b.again) return a.again;
	const [dueA, dueB] = [a.item.deadlineMs ?? Infinity, b.item.deadlineMs ?? Infinity];
	if (dueA !== dueB) return dueA < dueB;
	return a.arrivedMs < b.arrivedMs || (a.arrivedMs === b.arrivedMs && a.item.id < b.item.id);
}

/** Items that wait, in the order in which they are to be handed out. */
export class Waiting<T extends Item> {
	#entries: Entry<T>[] = [];

	get size(): number {
		return this.#entries.length;
	}

	/** Tokens of all prompts, estimated. */
	get tokens(): number {
		return this.tokensAfter(0);
	}

	/** When the first of the deadlines is. */
	get nextDeadline(): number | undefined {
		const next = this.#entries.reduce(
			(least, { item }) => Math.min(least, item.deadlineMs ?? Infinity),
			Infinity,
		);
		return next === Infinity ? undefined : next;
	}

	[Symbol.iterator](): Iterator<Entry<T>> {
		return this.#entries.values();
	}

	/** Tokens of all prompts but the first ones'. */
	tokensAfter(first: number): number {
		let sum = 0;
		for (let at = first; at < this.#entries.length; at++) sum += this.#entries[at]?.item.promptTokens ?? 0;
		return sum;
	}

	/** How many would go before an entry. */
	before(entry: Entry<T>): number {
		let [low, high] = [0, this.#entries.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (isBefore(this.#entries[middle] as Entry<T>, entry)) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	add(entry: Entry<T>): void {
		this.#entries.splice(this.before(entry), 0, entry);
	}

	/** Takes an item out. False if it does not wait. */
	remove(id: number): boolean {
		const at = this.#entries.findIndex(({ item }) => item.id === id);
		if (at >= 0) this.#entries.splice(at, 1);
		return at >= 0;
	}

	/** Those that may be pushed out: the newest of the lowest class first. */
	expendable(): Entry<T>[] {
		return this.#entries
			.filter(({ again }) => !again)
			.sort((a, b) => b.turn - a.turn || b.arrivedMs - a.arrivedMs || b.item.id - a.item.id);
	}

	/** Takes out all whose time is over. */
	expire(now: number): T[] {
		const over = this.#entries.filter(({ item }) => (item.deadlineMs ?? Infinity) <= now);
		if (over.length > 0) this.#entries = this.#entries.filter((entry) => !over.includes(entry));
		return over.map(({ item }) => item);
	}

	/** Takes all out. */
	drain(): T[] {
		const all = this.#entries.map(({ item }) => item);
		this.#entries = [];
		return all;
	}
}
