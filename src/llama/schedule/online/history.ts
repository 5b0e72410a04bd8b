/** Engines that an item may kill. */
const MOST_DEATHS = 2;
/** Ranks that may die with an item on them. */
const MOST_ATTEMPTS = 3;
/** Items that are remembered: some come back under the same id with the rest of their work, others never. */
const MOST_ITEMS = 4096;

interface Past {
	deaths: number;
	attempts: number;
	readonly ranks: Set<number>;
}

/** What items have been through whose ranks or engines died. */
export class History {
	readonly #items = new Map<number, Past>();

	/** Whether an item's rank or engine has died. */
	has(id: number): boolean {
		return this.#items.has(id);
	}

	/** Whether an item was on a rank that died, or whose engine did. */
	tried(id: number, rank: number): boolean {
		return this.#items.get(id)?.ranks.has(rank) ?? false;
	}

	/** An item's rank was lost. */
	lost(id: number, rank: number): void {
		const past = this.#past(id);
		past.attempts += 1;
		past.ranks.add(rank);
	}

	/**
	 * An engine died while it was running an item.
	 *
	 * @returns Whether the item may run again.
	 */
	died(id: number, rank: number): boolean {
		this.lost(id, rank);
		const past = this.#past(id);
		past.deaths += 1;
		return past.deaths < MOST_DEATHS && past.attempts < MOST_ATTEMPTS;
	}

	forget(id: number): void {
		this.#items.delete(id);
	}

	#past(id: number): Past {
		const past = this.#items.get(id) ?? { deaths: 0, attempts: 0, ranks: new Set<number>() };
		// The newest stand last.
		this.#items.delete(id);
		this.#items.set(id, past);
		for (const oldest of this.#items.keys()) {
			if (this.#items.size <= MOST_ITEMS) break;
			this.#items.delete(oldest);
		}
		return past;
	}
}
