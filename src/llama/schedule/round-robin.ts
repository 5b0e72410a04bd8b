import { Fifo } from "../../base/fifo.ts";
import type { Item, Wake, WorkQueue } from "./item.ts";

/**
 * Deals items like cards, as a scatter does: the first to rank 0, the next to rank 1, ... Whoever is done early stays
 * idle. Only what a lost rank leaves goes to others.
 */
export class RoundRobin<T extends Item> implements WorkQueue<T> {
	readonly deals = true;
	readonly #hands: Fifo<T>[];
	readonly #wake: Wake;
	/** Ranks that take cards, in order. */
	#players: number[];
	#next = 0;
	#size = 0;

	constructor(ranks: number, wake: Wake) {
		this.#players = Array.from({ length: ranks }, (_, rank) => rank);
		this.#hands = this.#players.map(() => new Fifo<T>());
		this.#wake = wake;
	}

	get size(): number {
		return this.#size;
	}

	add(item: T): void {
		const rank = this.#players[this.#next++ % this.#players.length] ?? 0;
		this.#hands[rank]?.push(item);
		this.#size += 1;
		this.#wake(rank);
	}

	giveBack(item: T, rank: number): void {
		if (!this.#players.includes(rank)) {
			this.add(item);
			return;
		}
		this.#hands[rank]?.unshift(item);
		this.#size += 1;
		this.#wake(rank);
	}

	flush(): void {}

	close(): void {}

	take(rank: number): T | undefined {
		const item = this.#hands[rank]?.shift();
		if (item !== undefined) this.#size -= 1;
		return item;
	}

	lose(rank: number): void {
		if (this.#players.length === 1) return;
		this.#players = this.#players.filter((player) => player !== rank);
		const left = this.#hands[rank]?.drain() ?? [];
		this.#size -= left.length;
		for (const item of left) this.add(item);
	}

	drain(): T[] {
		this.#size = 0;
		return this.#hands.flatMap((hand) => hand.drain());
	}
}
