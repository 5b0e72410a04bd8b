/** Beginnings that are remembered. */
const MOST = 4096;

/** Which rank had which beginning last. */
export class Homes {
	readonly #ranks = new Map<string, number>();

	find(shared: string): number | undefined {
		return this.#ranks.get(keyOf(shared));
	}

	remember(shared: string, rank: number): void {
		if (shared === "") return;
		const key = keyOf(shared);
		this.#ranks.delete(key);
		this.#ranks.set(key, rank);
		const oldest = this.#ranks.keys().next();
		if (this.#ranks.size > MOST && !oldest.done) this.#ranks.delete(oldest.value);
	}
}

/** Of about the same length in every group, whatever else its items happen to have in common. */
function keyOf(shared: string): string {
	return shared.slice(0, 2 ** Math.floor(Math.log2(shared.length)));
}
