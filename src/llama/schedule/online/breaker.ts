/** So many failures within the window open it. */
const MOST_FAILURES = 3;
const WINDOW_MS = 60_000;
/** How long it stays open before one request may try. */
const REST_MS = 5_000;

/**
 * Keeps requests from an engine that fails them. Three failures within a minute open it for five seconds; then one
 * request may try, whose success closes it and whose failure opens it again.
 */
export class Breaker {
	#failures: number[] = [];
	/** When one may try; undefined: it is closed. */
	#untilMs: number | undefined;
	/** The request that tries. */
	#trial: number | undefined;

	/** Whether requests are kept away, but for one that tries. */
	get isOpen(): boolean {
		return this.#untilMs !== undefined;
	}

	/** When a request may try; undefined: there is no need to wait for that. */
	get untilMs(): number | undefined {
		return this.#trial === undefined ? this.#untilMs : undefined;
	}

	/** Whether a request may go there. */
	lets(now: number): boolean {
		return this.#untilMs === undefined || (this.#trial === undefined && now >= this.#untilMs);
	}

	/** A request went there. */
	began(id: number): void {
		if (this.isOpen) this.#trial = id;
	}

	/** The engine failed a request that was not to blame. */
	failed(now: number): void {
		this.#failures = [...this.#failures.filter((at) => at > now - WINDOW_MS), now].slice(-MOST_FAILURES);
		if (this.#failures.length < MOST_FAILURES && !this.isOpen) return;
		this.#untilMs = now + REST_MS;
		this.#trial = undefined;
	}

	/** A request ended there, and not by a failure of the engine. */
	ended(id: number): void {
		if (this.#trial === id) this.reset();
	}

	/** Nobody waits for a request any more: if it was the one that tries, another may. */
	gaveUp(id: number): void {
		if (this.#trial === id) this.#trial = undefined;
	}

	/** It is another engine now. */
	reset(): void {
		this.#failures = [];
		this.#untilMs = undefined;
		this.#trial = undefined;
	}
}
