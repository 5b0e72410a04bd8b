/** When a request did what. Times are of one clock, in milliseconds. */
export interface Span {
	/** Which request of the job. */
	readonly index: number;
	/** When it was due; in a closed loop, when it was sent. */
	readonly startMs: number;
	/** When it got its sequence; until then it waited. */
	readonly servedMs: number;
	/** When its first token came; undefined for a request that failed. */
	readonly firstMs: number | undefined;
	/** When it ended. */
	readonly endMs: number;
	/** Tokens of its prompt; 0 if it failed. */
	readonly promptTokens: number;
	/** Of these, tokens that were not computed again. */
	readonly cachedTokens: number;
	/** Tokens that it generated. */
	readonly completionTokens: number;
	/** Why it failed; undefined if it did not. */
	readonly error?: string;
}

/** Keeps the spans of a run in bounded memory: all of them, or every second, every fourth, ... */
export class SpanStore {
	readonly #limit: number;
	#every = 1;
	#seen = 0;
	#kept: Span[] = [];

	/** @param limit Most spans to keep; 0 keeps none. */
	constructor(limit: number) {
		this.#limit = limit;
	}

	add(span: Span): void {
		const place = this.#seen++;
		if (this.#limit === 0 || place % this.#every !== 0) return;
		if (this.#kept.length === this.#limit) {
			this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
			this.#every *= 2;
			if (place % this.#every !== 0) return;
		}
		this.#kept.push(span);
	}

	toData(): { readonly spans: readonly Span[]; readonly every: number } {
		return { spans: this.#kept, every: this.#every };
	}
}
