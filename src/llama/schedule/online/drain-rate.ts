/** Ends that are looked at. */
const MOST = 64;
/** Older ones say nothing of now. */
const WINDOW_MS = 60_000;
/** What a client is told before anything has been measured. */
const GUESS_MS = 1_000;
const SHORTEST_MS = 100;
const LONGEST_MS = 60_000;

/** How fast the queue drains: from how long requests lately kept a slot, and from how many slots there are. */
export class DrainRate {
	readonly #ends: { readonly at: number; readonly ms: number }[] = [];
	/** When the last of those that were refused was told to come back. */
	#lastBack = 0;

	/** A request has ended, which kept a slot so long. */
	ended(now: number, ms: number): void {
		this.#ends.push({ at: now, ms });
		if (this.#ends.length > MOST) this.#ends.shift();
	}

	/** Milliseconds until so many requests have begun that wait for these slots; undefined: nobody knows. */
	waitMs(requests: number, slots: number, now: number): number | undefined {
		while (this.#ends[0] !== undefined && this.#ends[0].at < now - WINDOW_MS) this.#ends.shift();
		if (this.#ends.length === 0 || slots === 0) return undefined;
		const mean = this.#ends.reduce((sum, { ms }) => sum + ms, 0) / this.#ends.length;
		return (requests * mean) / slots;
	}

	/**
	 * How long one that is refused is told to stay away: until half of what waits has begun, so that the queue does not
	 * run empty meanwhile. Each one comes back a little after the one before it, as fast as requests begin. If all came
	 * at once, most of them would be refused again, and give up in the end.
	 */
	retryAfterMs(waiting: number, slots: number, now: number): number {
		const half = this.waitMs(Math.max(1, waiting / 2), slots, now) ?? GUESS_MS;
		const next = this.#lastBack + (this.waitMs(1, slots, now) ?? 0);
		const ms = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, half, next - now));
		this.#lastBack = now + ms;
		return Math.round(ms);
	}
}
