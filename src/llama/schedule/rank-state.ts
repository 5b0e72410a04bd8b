import type { Item } from "./item.ts";

/**
 * Credit of a rank beyond its slots, in tokens: requests this short are handed out ahead, so that an engine that
 * answers at once need not wait for the next message. Longer ones wait where any rank can take them.
 */
const AHEAD_TOKENS = 64;

/** What the schedule knows of a rank. */
export class RankState<T extends Item> {
	readonly #slots: number;
	/** What it has, with the estimated milliseconds of each. */
	readonly #items = new Map<number, { readonly item: T; readonly ms: number }>();
	/** Outstanding work in estimated milliseconds. */
	ms = 0;
	/** Its engine runs. */
	up = true;
	/** It will never run anything again. */
	lost = false;
	/** What it has must be alone. */
	alone = false;
	#tokens = 0;

	constructor(slots: number) {
		this.#slots = slots;
	}

	/** How many items it has. */
	get load(): number {
		return this.#items.size;
	}

	/** Whether it may get another item. */
	hasRoom(unlimited: boolean): boolean {
		if (!this.up || this.lost || this.alone) return false;
		if (unlimited || this.load < this.#slots) return true;
		return this.load < 2 * this.#slots && this.#tokens < AHEAD_TOKENS * this.#slots;
	}

	give(item: T, ms: number): void {
		this.#items.set(item.id, { item, ms });
		this.ms += ms;
		this.#tokens += tokens(item);
	}

	/** Takes an item off; undefined if it is not there. */
	end(id: number): T | undefined {
		const entry = this.#items.get(id);
		if (entry === undefined) return undefined;
		this.#items.delete(id);
		this.#tokens -= tokens(entry.item);
		// Sums of fractions drift.
		this.ms = this.load === 0 ? 0 : this.ms - entry.ms;
		if (this.load === 0) this.alone = false;
		return entry.item;
	}

	/** Takes everything off. */
	clear(): T[] {
		const items = [...this.#items.values()].map(({ item }) => item);
		for (const { id } of items) this.end(id);
		return items;
	}
}

function tokens({ promptTokens, maxTokens }: Item): number {
	return promptTokens + maxTokens;
}
