/** Of lanes with as little to do that comes first which holds the least, then the one that was used longest ago. */
const TIE_MS_PER_CHARACTER = 1e-5;
const TIE_MS_PER_USE = 1e-12;

/** Items that begin alike and belong to a lane, in the order in which they will run there. */
export interface Hand<T> {
	readonly items: T[];
	/** How many items it has ever had. */
	count: number;
	/** What all of them begin with; empty for an item that shares nothing. */
	readonly shared: string;
	/** Whether the lane's sequence holds that beginning, or will when the hand's turn comes. */
	warm: boolean;
	/** Estimated milliseconds of all its items together. */
	ms: number;
	/** The highest priority among them, when it was made. */
	readonly priority: number;
	/** When its turn comes, in ids: one of a higher priority goes before those whose turn comes later. */
	readonly turn: number;
}

/**
 * One of the places of a rank at which requests run one after the other, as they do on a sequence of its engine: what is
 * begun there finds the beginning of the one before it in the cache.
 */
export class Lane<T> {
	/** Tells it from all lanes of all ranks. */
	readonly index: number;
	readonly rank: number;
	/** Lanes of its rank. */
	readonly slots: number;
	/** Its place among them. */
	readonly slot: number;
	/** The text of the item that began here last: what its sequence holds. */
	held = "";
	/** When an item last ended here, as a count of all that have; 0: none has. */
	used = 0;
	/** The first is the next to run. */
	readonly hands: Hand<T>[] = [];
	/** Estimated milliseconds of each item that runs here. */
	readonly #running = new Map<T, number>();
	#waitingMs = 0;
	#runningMs = 0;

	constructor(index: number, { rank, slots, slot }: Pick<Lane<T>, "rank" | "slots" | "slot">) {
		this.index = index;
		this.rank = rank;
		this.slots = slots;
		this.slot = slot;
	}

	/** Estimated milliseconds of what waits here. */
	get waitingMs(): number {
		return this.#waitingMs;
	}

	/** Estimated milliseconds until it has nothing left to do. */
	get loadMs(): number {
		return this.#waitingMs + this.#runningMs;
	}

	/** Items that run here: more than one only if they are so short that they are handed out ahead. */
	get running(): number {
		return this.#running.size;
	}

	/** Whether a beginning will be in the cache here, as far as is known. */
	holds(beginning: string): boolean {
		return this.held.startsWith(beginning) || this.hands.some(({ shared }) => shared.startsWith(beginning));
	}

	/** Puts a hand in its place: behind all but those of lower priority whose turn comes later. */
	add(hand: Hand<T>): void {
		let at = this.hands.length;
		for (; at > 0; at--) {
			const before = this.hands[at - 1];
			if (before === undefined || before.priority >= hand.priority || before.turn <= hand.turn) break;
		}
		this.hands.splice(at, 0, hand);
		this.#waitingMs += hand.ms;
	}

	/** Puts a hand before all others. */
	addFirst(hand: Hand<T>): void {
		this.hands.unshift(hand);
		this.#waitingMs += hand.ms;
	}

	/** Adds an item to a hand of this lane. */
	extend(hand: Hand<T>, item: T, ms: number): void {
		hand.items.push(item);
		hand.count += 1;
		hand.ms += ms;
		this.#waitingMs += ms;
	}

	/** Takes a hand out. */
	drop(hand: Hand<T>): void {
		this.hands.splice(this.hands.indexOf(hand), 1);
		this.#waits(-hand.ms);
	}

	/** Splits the last `count` items off a hand. */
	split(hand: Hand<T>, count: number): Hand<T> {
		const ms = (hand.ms * count) / hand.items.length;
		const items = hand.items.splice(hand.items.length - count);
		hand.ms -= ms;
		if (hand.items.length === 0) this.hands.splice(this.hands.indexOf(hand), 1);
		this.#waits(-ms);
		return { ...hand, items, count, ms, warm: false };
	}

	/** Takes the next item, which runs here until `ended`. */
	begin(): T | undefined {
		const hand = this.hands[0];
		const ms = hand === undefined ? 0 : hand.ms / hand.items.length;
		const item = hand?.items.shift();
		if (hand === undefined || item === undefined) return undefined;
		hand.ms -= ms;
		hand.warm = true;
		if (hand.items.length === 0) this.hands.shift();
		this.#waits(-ms);
		this.#running.set(item, ms);
		this.#runningMs += ms;
		return item;
	}

	/** An item runs here no more. False if it did not. */
	ended(item: T): boolean {
		const ms = this.#running.get(item);
		if (ms === undefined) return false;
		this.#running.delete(item);
		this.#runningMs = this.#running.size === 0 ? 0 : this.#runningMs - ms;
		return true;
	}

	/** Takes an item out that waits here. False if it does not. */
	remove(item: T): boolean {
		for (const hand of this.hands) {
			const at = hand.items.indexOf(item);
			if (at < 0) continue;
			const ms = hand.ms / hand.items.length;
			hand.items.splice(at, 1);
			hand.ms -= ms;
			if (hand.items.length === 0) this.hands.splice(this.hands.indexOf(hand), 1);
			this.#waits(-ms);
			return true;
		}
		return false;
	}

	/** Takes all hands, and forgets what runs here. */
	clear(): Hand<T>[] {
		this.held = "";
		this.used = 0;
		this.#running.clear();
		this.#runningMs = 0;
		this.#waitingMs = 0;
		return this.hands.splice(0);
	}

	/** Sums of fractions drift: of nothing it is nothing. */
	#waits(ms: number): void {
		this.#waitingMs = this.hands.length === 0 ? 0 : Math.max(0, this.#waitingMs + ms);
	}
}

/** The lane of a rank that runs its next item: an idle one before one that would only queue it. */
export function nextOf<T>(lanes: readonly Lane<T>[]): Lane<T> | undefined {
	const busy = lanes.every(({ running }) => running > 0);
	return idlest(lanes.filter(({ hands, running }) => hands.length > 0 && (busy || running === 0)));
}

/** The lane of a rank with the fewest items that run there. */
export function idlest<T>(lanes: readonly Lane<T>[]): Lane<T> | undefined {
	let best: Lane<T> | undefined;
	for (const lane of lanes) {
		const fewer = best === undefined ? 1 : best.running - lane.running || tieMs(best) - tieMs(lane);
		if (fewer > 0) best = lane;
	}
	return best;
}

/** Unused lanes are shared out over the ranks: the first of each, then the second. */
export function tieMs({ held, used, slot, slots }: Lane<unknown>): number {
	return held.length * TIE_MS_PER_CHARACTER + (used + slot / slots) * TIE_MS_PER_USE;
}
