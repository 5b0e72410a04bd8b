import { Fifo } from "../../base/fifo.ts";
import type { Item, Wake, WorkQueue } from "./item.ts";

/**
 * Deals items like cards, as a scatter does: the first to rank 0, the next to rank 1, ... Whoever is done early stays
 * idle. Only what a lost rank leaves goes to others.
 */
export class RoundRobin<T extends Item> implements WorkQueue<T> {
	readonly deals = true;
	/** What each rank that takes part has been dealt. */
	readonly #hands = new Map<number, Fifo<T>>();
	/** What came while no rank took part. */
	readonly #undealt = new Fifo<T>();
	readonly #wake: Wake;
	/** Ranks that take part, in the order in which they joined. */
	#players: number[] = [];
	#next = 0;
	#size = 0;

	constructor(wake: Wake) {
		this.#wake = wake;
	}

	get size(): number {
		return this.#size;
	}

	join(rank: number): void {
		this.#players.push(rank);
		this.#hands.set(rank, new Fifo());
		this.#dealAgain(this.#undealt.drain());
	}

	lose(rank: number): void {
		this.#players = this.#players.filter((player) => player !== rank);
		const left = this.#hands.get(rank)?.drain() ?? [];
		this.#hands.delete(rank);
		this.#dealAgain(left);
	}

	engineDied(): void {}

	engineUp(): void {}

	ended(): void {}

	add(item: T): void {
		this.#size += 1;
		const rank = this.#players[this.#next % this.#players.length];
		if (rank === undefined) {
			this.#undealt.push(item);
			return;
		}
		this.#next += 1;
		this.#hands.get(rank)?.push(item);
		this.#wake(rank);
	}

	giveBack(item: T, rank: number): void {
		const hand = this.#hands.get(rank);
		if (hand === undefined) {
			this.add(item);
			return;
		}
		hand.unshift(item);
		this.#size += 1;
		this.#wake(rank);
	}

	remove(item: T): boolean {
		for (const hand of [this.#undealt, ...this.#hands.values()]) {
			if (!hand.remove(item)) continue;
			this.#size -= 1;
			return true;
		}
		return false;
	}

	close(): void {}

	take(rank: number): T | undefined {
		const item = this.#hands.get(rank)?.shift();
		if (item !== undefined) this.#size -= 1;
		return item;
	}

	drain(): T[] {
		this.#size = 0;
		return [this.#undealt, ...this.#hands.values()].flatMap((hand) => hand.drain());
	}

	#dealAgain(items: readonly T[]): void {
		this.#size -= items.length;
		for (const item of items) this.add(item);
	}
}
