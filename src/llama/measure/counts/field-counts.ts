/** A field of requests, and in how many of them it was. */
export interface FieldCount {
	/** Its name; several names together where there are too many. */
	readonly field: string;
	/** Requests that had it. */
	readonly count: number;
}

/** A file may have another name in every line. */
const MOST_FIELDS = 100;
const MOST_CHARACTERS = 100;
const OTHERS = "(others)";

/** Counts in how many requests each field was, in memory that does not grow with their number. */
export class FieldCounts {
	readonly #counts = new Map<string, number>();

	add(fields: readonly string[]): void {
		for (const field of new Set(fields)) {
			const name = field.slice(0, MOST_CHARACTERS);
			const key = this.#counts.has(name) || this.#counts.size < MOST_FIELDS ? name : OTHERS;
			this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
		}
	}

	/** The most frequent first. */
	toData(): FieldCount[] {
		return [...this.#counts].sort((a, b) => b[1] - a[1]).map(([field, count]) => ({ field, count }));
	}
}
