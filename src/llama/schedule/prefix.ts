import { Beginnings } from "./beginnings.ts";
import { RankHeap } from "./heap/rank-heap.ts";
import { CHARS_PER_TOKEN, type Item, type Wake, type WorkQueue } from "./item.ts";
import { type Hand, idlest, Lane, nextOf, tieMs } from "./lane.ts";
import type { Pace } from "./pace.ts";
import { groupOf, handOf, type PlacedGroup } from "./placed-group.ts";
import { groupByPrefix } from "./prefix-groups.ts";

/** What the policy must know besides the items. */
export interface PrefixOptions<T> {
	/** The text that a model reads for an item. */
	readonly textOf: (item: T) => string;
	readonly pace: Pick<Pace, "estimate" | "prefillMs" | "known">;
	readonly wake: Wake;
}

/** Shared beginnings shorter than this many tokens are ignored: finding them again costs less than a detour. */
const LEAST_SHARED_TOKENS = 32;
/** A group may be so much longer than what a lane gets of all; the rest is balanced by stealing. */
const MOST_SHARE = 1.1;
/** Items that a hand may ever have if more are added to it as they come: those behind it must not wait for ever. */
const LONGEST_HAND = 32;
/**
 * How many times the evaluation of a beginning somebody may wait to be spared it. Evaluating it elsewhere also drives out
 * what is held there, which then drives out something else: in the simulation of online.test.ts waits are shorter, and
 * half as much is evaluated, with 3 instead of 1.
 */
const PATIENCE = 3;

/** Where a group goes, and how many characters of its beginning are there already. */
interface Place<T> {
	readonly lane: Lane<T>;
	readonly length: number;
}

/**
 * Keeps items that begin alike on one lane of one rank, one after the other, so that their beginning is evaluated once
 * and found in the cache from then on. What has come is dealt out when a lane has nothing to do: grouped by beginnings,
 * each group to the lane that had its beginning last, else to the one with the least to do. A lane that has run dry takes
 * a group from the one with the most to do, or a part of it.
 *
 * No lane is kept idle for the sake of a beginning, and no item kept waiting, for longer than some evaluations of that
 * beginning take (`PATIENCE`). A prefill holds up every sequence of an engine, so it counts once for each of them.
 */
export class Prefix<T extends Item> implements WorkQueue<T> {
	readonly deals = false;
	readonly #options: PrefixOptions<T>;
	readonly #beginnings = new Beginnings();
	/** By their index. A rank keeps its lanes also while it takes no part. */
	readonly #all: Lane<T>[] = [];
	/** The lanes of each rank that takes part. */
	readonly #lanes = new Map<number, readonly Lane<T>[]>();
	/** Lanes by what they have to do, the least first; and by what waits there, the most first. */
	readonly #least = new RankHeap();
	readonly #most = new RankHeap();
	/** Items that have ended. */
	#ended = 0;
	/** Estimated milliseconds that each lane has to do, by index, and all that take part together. */
	readonly #loads: number[] = [];
	#loadMs = 0;
	/** Not yet dealt out. */
	#pending: T[] = [];
	#size = 0;

	constructor(options: PrefixOptions<T>) {
		this.#options = options;
	}

	get size(): number {
		return this.#size;
	}

	join(rank: number, slots: number): void {
		const known = this.#all.filter((lane) => lane.rank === rank && lane.slots === slots);
		const lanes = known.length > 0 ? known : this.#makeLanes(rank, slots);
		this.#lanes.set(rank, lanes);
		for (const lane of lanes) this.#changed(lane);
	}

	lose(rank: number): void {
		this.engineDied(rank);
	}

	engineDied(rank: number): void {
		const lanes = this.#lanes.get(rank) ?? [];
		this.#lanes.delete(rank);
		for (const lane of lanes) this.#removed(lane);
		for (const hand of lanes.flatMap((lane) => lane.clear())) {
			const heir = this.#all[this.#least.first ?? -1];
			if (heir === undefined) this.#pending.push(...hand.items);
			else this.#give(heir, { ...hand, warm: false });
		}
		this.#options.wake("all");
	}

	engineUp(rank: number): void {
		if (this.#lanes.has(rank)) return;
		const lanes = this.#all.filter((lane) => lane.rank === rank);
		if (lanes.length > 0) this.join(rank, lanes[0]?.slots ?? 1);
	}

	add(item: T): void {
		this.#pending.push(item);
		this.#size += 1;
		this.#options.wake("one");
	}

	giveBack(item: T): void {
		const lane = this.#all[this.#least.first ?? -1];
		this.#size += 1;
		if (lane === undefined) {
			this.#pending.push(item);
		} else {
			lane.addFirst(handOf(groupOf([item], "", this.#options), false));
			this.#changed(lane);
		}
		this.#options.wake("one");
	}

	remove(item: T): boolean {
		const at = this.#pending.indexOf(item);
		const lane = at < 0 ? this.#all.find((each) => each.remove(item)) : undefined;
		if (at >= 0) this.#pending.splice(at, 1);
		else if (lane === undefined) return false;
		else this.#changed(lane);
		this.#size -= 1;
		return true;
	}

	close(): void {}

	take(rank: number): T | undefined {
		const lanes = this.#lanes.get(rank);
		if (lanes === undefined) return undefined;
		let lane = nextOf(lanes);
		if (lane === undefined && this.#pending.length > 0) {
			this.#deal();
			lane = nextOf(lanes);
		}
		if (lane === undefined) {
			const thief = idlest(lanes);
			if (thief !== undefined && this.#steal(thief)) lane = thief;
		}
		const item = lane?.begin();
		if (lane === undefined || item === undefined) return undefined;
		this.#size -= 1;
		lane.held = this.#options.textOf(item);
		this.#changed(lane);
		return item;
	}

	ended(item: T, rank: number): void {
		const lane = this.#lanes.get(rank)?.find((each) => each.ended(item));
		if (lane === undefined) return;
		lane.used = ++this.#ended;
		this.#changed(lane);
	}

	drain(): T[] {
		this.#size = 0;
		const hands = this.#all.flatMap((lane) => lane.clear());
		return [...this.#pending.splice(0), ...hands.flatMap(({ items }) => items)];
	}

	#makeLanes(rank: number, slots: number): Lane<T>[] {
		const first = this.#all.length;
		const lanes = Array.from(
			{ length: slots },
			(_, slot) => new Lane<T>(first + slot, { rank, slots, slot }),
		);
		this.#all.push(...lanes);
		return lanes;
	}

	/** Groups what has come and deals the groups out. */
	#deal(): void {
		const { textOf, pace, wake } = this.#options;
		const items = this.#pending;
		this.#pending = [];
		const total = items.reduce((sum, item) => sum + pace.estimate(item), 0);
		const groups =
			items.length === 1
				? [groupOf(items, "", this.#options)]
				: groupByPrefix(items, textOf, {
						leastShared: LEAST_SHARED_TOKENS * CHARS_PER_TOKEN,
						cost: (item) => pace.estimate(item),
						mostMs: (MOST_SHARE * total) / this.#least.size,
						prefillMs: (chars) => pace.prefillMs(chars),
					}).map(({ items, shared }) => groupOf(items, shared, this.#options));
		groups.sort((a, b) => b.priority - a.priority || b.ms - a.ms);
		const fairMs = (total + this.#loadMs) / this.#least.size;
		const homeless = groups.filter((group) => {
			const home = this.#home(group, fairMs);
			if (home !== undefined) this.#put(group, home);
			return home === undefined;
		});
		for (const group of homeless) this.#put(group, this.#idlest());
		if (groups.length > 1) wake("all");
	}

	/**
	 * The lane that had a group's beginning last, unless another would be done with the group sooner although it must
	 * evaluate the beginning anew.
	 */
	#home({ text, ms }: PlacedGroup<T>, fairMs: number): Place<T> | undefined {
		const known = this.#beginnings.find(text);
		const lane = known === undefined ? undefined : this.#all[known.owner];
		if (known === undefined || lane === undefined || !this.#least.has(lane.index)) return undefined;
		if (!lane.holds(text.slice(0, known.length))) return undefined;
		const { lane: other } = this.#idlest();
		const saved = this.#detourMs(text.slice(0, known.length), other);
		if (saved === 0 && other.loadMs < lane.loadMs) return { lane: other, length: known.length };
		const late = lane.loadMs > other.loadMs + saved && lane.loadMs + ms > fairMs + saved;
		return late && this.#options.pace.known ? undefined : { lane, length: known.length };
	}

	#idlest(): Place<T> {
		return { lane: this.#all[this.#least.first ?? 0] as Lane<T>, length: 0 };
	}

	/** Gives a group to a lane, into a hand that begins like it if there is one. */
	#put(group: PlacedGroup<T>, { lane, length }: Place<T>): void {
		const { items, text, ms } = group;
		this.#beginnings.remember(text, lane.index);
		const like = lane.hands.find(
			({ shared, count, priority }) =>
				shared !== "" &&
				priority >= group.priority &&
				count + items.length <= LONGEST_HAND &&
				text.startsWith(shared),
		);
		if (like === undefined) {
			const shared = items.length > 1 ? group.shared : text.slice(0, length);
			lane.add(handOf({ ...group, shared }, length > 0));
		} else {
			for (const item of items) lane.extend(like, item, ms / items.length);
		}
		this.#changed(lane);
		this.#options.wake(lane.rank);
	}

	#give(lane: Lane<T>, hand: Hand<T>): void {
		lane.add(hand);
		this.#changed(lane);
		this.#beginnings.remember(hand.shared, lane.index);
	}

	/** Takes work from the lane where the most waits. */
	#steal(thief: Lane<T>): boolean {
		const victim = this.#all[this.#most.first ?? -1];
		const last = victim?.hands.at(-1);
		if (victim === undefined || last === undefined || victim === thief) return false;
		const { length } = last.items;
		// Whoever begins it must evaluate its beginning: it may as well be the thief.
		const whole = !last.warm && (victim.hands.length > 1 || victim.running > 0 || length === 1);
		const count = whole ? length : Math.max(1, length >> 1);
		const stolenMs = (last.ms * count) / length;
		// For so long the last of them would wait here.
		const gain = victim.loadMs - stolenMs;
		if (last.warm && !this.#options.pace.known) return false;
		if (!whole && gain <= this.#detourMs(last.shared, thief)) return false;
		this.#give(thief, victim.split(last, count));
		this.#changed(victim);
		return true;
	}

	/**
	 * Milliseconds that somebody may wait rather than have a beginning evaluated anew on a lane: all sequences of the rank
	 * wait for that, and what the lane holds now must be evaluated again some day.
	 */
	#detourMs(beginning: string, lane: Lane<T>): number {
		if (lane.holds(beginning)) return 0;
		return PATIENCE * lane.slots * this.#options.pace.prefillMs(beginning.length + lane.held.length);
	}

	#changed(lane: Lane<T>): void {
		const before = this.#least.has(lane.index) ? (this.#loads[lane.index] ?? 0) : 0;
		this.#loads[lane.index] = lane.loadMs;
		this.#loadMs += lane.loadMs - before;
		this.#least.set(lane.index, lane.loadMs + tieMs(lane));
		if (lane.hands.length === 0) this.#most.delete(lane.index);
		else this.#most.set(lane.index, -lane.waitingMs);
	}

	#removed(lane: Lane<T>): void {
		this.#loadMs -= this.#loads[lane.index] ?? 0;
		this.#least.delete(lane.index);
		this.#most.delete(lane.index);
	}
}
