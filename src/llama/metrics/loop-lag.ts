import { type IntervalHistogram, monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Sample } from "./sampled.ts";

/** How often the loop's delay is looked at. */
const RESOLUTION_MS = 10;
/** Who asks sooner gets the same again: two who scrape at the same time must not take each other's figures away. */
const KEPT_MS = 1000;
const QUANTILES = [0.5, 0.9, 0.99, 1];

/** How late the event loop came to its timers: quantiles since it was last asked, sum and count since the start. */
export class LoopLag {
	readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
	#samples: readonly Sample[] = [];
	#readMs = Number.NEGATIVE_INFINITY;
	#sum = 0;
	#count = 0;

	constructor() {
		this.#delays.enable();
	}

	/** The samples of a summary, in seconds. */
	read(nowMs = performance.now()): readonly Sample[] {
		if (nowMs - this.#readMs < KEPT_MS) return this.#samples;
		this.#readMs = nowMs;
		const delays = this.#delays;
		if (delays.count > 0) {
			this.#count += delays.count;
			this.#sum += seconds(delays.mean) * delays.count;
		}
		this.#samples = [
			...QUANTILES.map((quantile) => ({
				labels: { quantile: String(quantile) },
				value: delays.count === 0 ? Number.NaN : seconds(delays.percentile(quantile * 100)),
			})),
			{ suffix: "_sum", value: this.#sum },
			{ suffix: "_count", value: this.#count },
		];
		delays.reset();
		return this.#samples;
	}

	/** Looks no more. */
	close(): void {
		this.#delays.disable();
	}
}

/** Node counts the time from look to look, of which one interval is no delay. */
function seconds(nanoseconds: number): number {
	return Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
}
