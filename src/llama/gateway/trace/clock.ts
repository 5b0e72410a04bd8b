import type { HrTime } from "@opentelemetry/api";

/** Times of `performance.now()` as spans have them: of one request all by the same offset, so that none overtakes another. */
export class WallClock {
	/** Taken anew for each request: over days the two clocks drift apart. */
	readonly #offsetMs = Date.now() - performance.now();

	/** Seconds and nanoseconds since 1970. */
	at(ms: number): HrTime {
		const wall = this.#offsetMs + ms;
		const seconds = Math.floor(wall / 1000);
		return [seconds, Math.floor((wall - seconds * 1000) * 1e6)];
	}
}
