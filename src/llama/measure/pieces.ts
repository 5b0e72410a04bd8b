/** When the pieces of a request came, by any one clock. */
export class Pieces {
	readonly times: number[] = [];
	/** Milliseconds from each piece to the next of the same text. */
	readonly gaps: number[] = [];
	readonly #last: number[] = [];

	/** @param choice Which of the request's texts the piece belongs to. */
	add(atMs: number, choice = 0): void {
		const before = this.#last[choice];
		if (before !== undefined) this.gaps.push(atMs - before);
		this.#last[choice] = atMs;
		this.times.push(atMs);
	}
}
