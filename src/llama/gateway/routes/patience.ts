/** A stream whose first piece has not come by then begins all the same, so that nobody on the way gives up on it. */
const PATIENCE_MS = 15_000;
const LOOK_MS = 1000;

interface Waiting {
	readonly sinceMs: number;
	readonly begin: () => void;
}

/** Streams that have not begun, all under one timer. */
export class Patience {
	readonly #waiting = new Set<Waiting>();
	#timer: ReturnType<typeof setInterval> | undefined;

	/** @returns Takes the stream out again. */
	add(begin: () => void): () => void {
		const waiting = { sinceMs: performance.now(), begin };
		this.#waiting.add(waiting);
		this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
		return () => {
			this.#waiting.delete(waiting);
		};
	}

	#look(): void {
		const before = performance.now() - PATIENCE_MS;
		// The oldest are first.
		for (const waiting of this.#waiting) {
			if (waiting.sinceMs > before) break;
			this.#waiting.delete(waiting);
			waiting.begin();
		}
		if (this.#waiting.size > 0) return;
		clearInterval(this.#timer);
		this.#timer = undefined;
	}
}
