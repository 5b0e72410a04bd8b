/**
 * Ranks, or other small whole numbers, by a key, the lowest first. Setting a key, removing a rank and finding the first
 * take logarithmic time at the most.
 */
export class RankHeap {
	readonly #keys: number[] = [];
	/** Where each rank is in `#heap`; -1 or undefined: not there. */
	readonly #places: number[] = [];
	readonly #heap: number[] = [];
	#size = 0;

	get size(): number {
		return this.#size;
	}

	/** The rank with the lowest key. */
	get first(): number | undefined {
		return this.#size === 0 ? undefined : this.#heap[0];
	}

	has(rank: number): boolean {
		return (this.#places[rank] ?? -1) >= 0;
	}

	/** The rank's key; meaningless if it is not there. */
	key(rank: number): number {
		return this.#keys[rank] as number;
	}

	/** Puts a rank in, or changes its key. */
	set(rank: number, key: number): void {
		this.#keys[rank] = key;
		if (!this.has(rank)) this.#put(this.#size++, rank);
		this.#settle(rank);
	}

	delete(rank: number): void {
		const place = this.#places[rank] ?? -1;
		if (place < 0) return;
		this.#places[rank] = -1;
		this.#size -= 1;
		if (place === this.#size) return;
		const moved = this.#heap[this.#size] as number;
		this.#put(place, moved);
		this.#settle(moved);
	}

	#put(place: number, rank: number): void {
		this.#heap[place] = rank;
		this.#places[rank] = place;
	}

	/** Of two equal ones the lower rank is first, so that the order never depends on history. */
	#before(a: number, b: number): boolean {
		const difference = this.key(a) - this.key(b);
		return difference < 0 || (difference === 0 && a < b);
	}

	#settle(rank: number): void {
		let place = this.#places[rank] as number;
		while (place > 0) {
			const parent = this.#heap[(place - 1) >> 1] as number;
			if (!this.#before(rank, parent)) break;
			this.#put(place, parent);
			place = (place - 1) >> 1;
		}
		for (;;) {
			let child = 2 * place + 1;
			if (child >= this.#size) break;
			const right = child + 1;
			if (right < this.#size && this.#before(this.#heap[right] as number, this.#heap[child] as number)) {
				child = right;
			}
			const other = this.#heap[child] as number;
			if (!this.#before(other, rank)) break;
			this.#put(place, other);
			place = child;
		}
		this.#put(place, rank);
	}
}
