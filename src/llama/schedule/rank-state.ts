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
	readonly #items = new Map<number, { readonly item: T; readonly ms: number; wanted: boolean }>();
	/** Outstanding work in estimated milliseconds. */
	ms = 0;
	/** Its engine runs. */
	up = true;
	/** It gets nothing more, and is forgotten once it has ended what it has. */
	leaving = false;
	/** It runs one suspect and takes nothing else until that has ended. */
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
		if (!this.up || this.leaving || this.alone) return false;
		if (unlimited || this.load < this.#slots) return true;
		return this.load < 2 * this.#slots && this.#tokens < AHEAD_TOKENS * this.#slots;
	}

	give(item: T, ms: number): void {
		this.#items.set(item.id, { item, ms, wanted: true });
		this.ms += ms;
		this.#tokens += tokens(item);
	}

	/** Nobody wants an item any more: whatever happens, it is not to run again. False if it is not there. */
	disown(id: number): boolean {
		const entry = this.#items.get(id);
		if (entry !== undefined) entry.wanted = false;
		return entry !== undefined;
	}

	/** Whether an item is there that may run again. */
	wants(id: number): boolean {
		return this.#items.get(id)?.wanted ?? false;
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
	clear(): { readonly item: T; readonly wanted: boolean }[] {
		const entries = [...this.#items.values()];
		for (const { item } of entries) this.end(item.id);
		return entries;
	}
}

function tokens({ promptTokens, maxTokens }: Item): number {
	return promptTokens + maxTokens;
}
