import { Fifo } from "../../base/fifo.ts";
import { Homes } from "./homes.ts";
import type { Item, Wake, WorkQueue } from "./item.ts";
import { CHARS_PER_TOKEN, groupByPrefix } from "./prefix-groups.ts";
import { RankHeap } from "./rank-heap.ts";

/** What the policy must know besides the items. */
export interface PrefixOptions<T> {
	/** The text that a model reads for an item. */
	readonly textOf: (item: T) => string;
	/** Estimated milliseconds of an item on an average rank. */
	readonly cost: (item: T) => number;
	readonly prefillMsPerToken: () => number;
	/** Items that are grouped together: as many as wait when the groups are made. */
	readonly page?: number;
}

/** Shared beginnings shorter than this many tokens are ignored: finding them again costs less than a detour. */
const LEAST_SHARED_TOKENS = 32;
const DEFAULT_PAGE = 2048;
/** A group may be so much longer than what a rank gets of its page; the rest is balanced by stealing. */
const MOST_SHARE = 1.1;

const SOME = 1e-6;

/** A group that belongs to a rank. */
interface Hand<T> {
	readonly items: readonly T[];
	next: number;
	readonly sharedTokens: number;
}

/**
 * Keeps items that begin alike on one rank, one after the other, so that their beginning is evaluated once and not on
 * every rank. Ranks get whole groups, the longest first to the one with the least to do; a rank that has run dry takes a
 * whole group from the one with the most to do, or half of its only one where that pays. Never does a rank wait for the
 * sake of a beginning: what keeping it would cost is weighed against the seconds that it saves.
 */
export class Prefix<T extends Item> implements WorkQueue<T> {
	readonly deals = false;
	readonly #options: PrefixOptions<T>;
	readonly #page: number;
	readonly #wake: Wake;
	readonly #hands: Fifo<Hand<T>>[];
	/** Ranks by the estimated milliseconds of their hands, the shortest first; and the longest first. */
	readonly #shortest: RankHeap;
	readonly #longest: RankHeap;
	readonly #homes = new Homes();
	/** Not yet grouped. */
	#pending: T[] = [];
	#closed = false;
	#size = 0;

	constructor(ranks: number, wake: Wake, options: PrefixOptions<T>) {
		this.#options = options;
		this.#page = options.page ?? DEFAULT_PAGE;
		this.#wake = wake;
		this.#hands = Array.from({ length: ranks }, () => new Fifo<Hand<T>>());
		this.#shortest = new RankHeap(ranks);
		this.#longest = new RankHeap(ranks);
		for (let rank = 0; rank < ranks; rank++) this.#setLoad(rank, 0);
	}

	get size(): number {
		return this.#size;
	}

	add(item: T): void {
		this.#pending.push(item);
		this.#size += 1;
		if (this.#closed || this.#pending.length >= this.#page) this.#deal();
	}

	giveBack(item: T): void {
		const rank = this.#shortest.first;
		this.#size += 1;
		if (rank === undefined) this.#pending.push(item);
		else this.#give(rank, [item], 0, true);
		this.#wake("one");
	}

	flush(): void {
		this.#deal();
	}

	close(): void {
		this.#closed = true;
		this.#deal();
	}

	take(rank: number): T | undefined {
		const hands = this.#hands[rank];
		if (hands === undefined || (hands.size === 0 && !this.#steal(rank))) return undefined;
		const hand = hands.shift() as Hand<T>;
		const item = hand.items[hand.next++] as T;
		if (hand.next < hand.items.length) hands.unshift(hand);
		this.#size -= 1;
		// Estimates change as they are learnt: a rank with work must not look as if it had none.
		const ms = Math.max(SOME, this.#shortest.key(rank) - this.#options.cost(item));
		this.#setLoad(rank, hands.size === 0 ? 0 : ms);
		return item;
	}

	lose(rank: number): void {
		this.#shortest.delete(rank);
		this.#longest.delete(rank);
		for (const hand of this.#hands[rank]?.drain() ?? []) {
			const heir = this.#shortest.first;
			const left = hand.items.slice(hand.next);
			if (heir === undefined) this.#pending.push(...left);
			else this.#give(heir, left, hand.sharedTokens);
		}
		this.#wake("all");
	}

	drain(): T[] {
		this.#size = 0;
		const hands = this.#hands.flatMap((each) => each.drain());
		return [...this.#pending.splice(0), ...hands.flatMap(({ items, next }) => items.slice(next))];
	}

	/** Groups what is pending and hands the groups out. */
	#deal(): void {
		const { textOf, cost } = this.#options;
		const items = this.#pending;
		if (items.length === 0 || this.#shortest.size === 0) return;
		this.#pending = [];
		const perToken = this.#options.prefillMsPerToken();
		const total = this.#msOf(items);
		const groups = groupByPrefix(items, textOf, {
			leastShared: LEAST_SHARED_TOKENS * CHARS_PER_TOKEN,
			cost,
			mostMs: (MOST_SHARE * total) / this.#shortest.size,
			prefillMs: (chars) => (chars / CHARS_PER_TOKEN) * perToken,
		}).map(({ items, shared }) => ({
			items: [...items].sort((a, b) => b.priority - a.priority),
			shared,
			priority: Math.max(...items.map(({ priority }) => priority)),
			ms: this.#msOf(items),
		}));
		groups.sort((a, b) => b.priority - a.priority || b.ms - a.ms);
		const ranks = this.#placeAll(groups, total);
		for (const [index, { items, shared }] of groups.entries()) {
			const rank = ranks[index] as number;
			this.#homes.remember(shared, rank);
			this.#hands[rank]?.push({ items, next: 0, sharedTokens: shared.length / CHARS_PER_TOKEN });
		}
		this.#wake("all");
	}

	/**
	 * Chooses a rank for each group and counts it to the rank's load: the one that had its beginning before, unless that
	 * would then have more than its share by longer than it saves; else the one with the least.
	 */
	#placeAll(groups: readonly { readonly shared: string; readonly ms: number }[], total: number): number[] {
		const perToken = this.#options.prefillMsPerToken();
		let loads = total;
		for (let rank = 0; rank < this.#hands.length; rank++) {
			if (this.#shortest.has(rank)) loads += this.#shortest.key(rank);
		}
		const fair = loads / this.#shortest.size;
		const places = groups.map(({ shared, ms }): number | undefined => {
			const home = this.#homes.find(shared);
			if (home === undefined || !this.#shortest.has(home)) return undefined;
			const after = this.#shortest.key(home) + ms;
			if (after > fair + (shared.length / CHARS_PER_TOKEN) * perToken) return undefined;
			this.#setLoad(home, after);
			return home;
		});
		return places.map((place, index) => {
			if (place !== undefined) return place;
			const least = this.#shortest.first as number;
			this.#setLoad(least, this.#shortest.key(least) + (groups[index]?.ms ?? 0));
			return least;
		});
	}

	#give(rank: number, items: readonly T[], sharedTokens: number, first = false): void {
		const hand = { items, next: 0, sharedTokens };
		if (first) this.#hands[rank]?.unshift(hand);
		else this.#hands[rank]?.push(hand);
		this.#setLoad(rank, this.#shortest.key(rank) + this.#msOf(items));
	}

	/** Takes work from the rank with the most of it. */
	#steal(thief: number): boolean {
		const victim = this.#longest.first;
		const hands = victim === undefined ? undefined : this.#hands[victim];
		if (victim === undefined || victim === thief || hands === undefined || hands.size === 0) return false;
		const last = hands.pop() as Hand<T>;
		const left = last.items.slice(last.next);
		if (last.next === 0 && (hands.size > 0 || left.length === 1)) {
			this.#setLoad(victim, this.#shortest.key(victim) - this.#msOf(left));
			this.#give(thief, left, last.sharedTokens);
			return true;
		}
		// Its only group, or one that it has begun.
		const stolen = left.slice(Math.ceil(left.length / 2));
		if (this.#msOf(stolen) <= last.sharedTokens * this.#options.prefillMsPerToken()) {
			hands.push(last);
			return false;
		}
		const kept = left.slice(0, Math.ceil(left.length / 2));
		hands.push({ items: kept, next: 0, sharedTokens: last.sharedTokens });
		this.#setLoad(victim, this.#msOf(kept));
		this.#give(thief, stolen, last.sharedTokens);
		return true;
	}

	#msOf(items: readonly T[]): number {
		return items.reduce((sum, item) => sum + this.#options.cost(item), 0);
	}

	#setLoad(rank: number, ms: number): void {
		this.#shortest.set(rank, ms);
		this.#longest.set(rank, -ms);
	}
}
