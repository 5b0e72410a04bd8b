/** Tokens per interval of time. */
export interface TokenRateData {
	/** Start of the first interval, on the rank's clock. */
	readonly startMs: number;
	/** Milliseconds of each interval. */
	readonly widthMs: number;
	/** Tokens in each interval. */
	readonly counts: readonly number[];
}

const FIRST_WIDTH_MS = 50;
const MOST_INTERVALS = 400;

/** Counts tokens over time in bounded memory: when there are too many intervals, each two become one. */
export class TokenRate {
	readonly #startMs: number;
	#widthMs = FIRST_WIDTH_MS;
	/** Of a fixed size: a token costs no more than an addition. */
	readonly #counts = new Float64Array(MOST_INTERVALS);
	/** Intervals up to the last that has a token. */
	#used = 0;

	constructor(startMs: number) {
		this.#startMs = startMs;
	}

	add(atMs: number, tokens: number): void {
		while (atMs - this.#startMs >= this.#widthMs * MOST_INTERVALS) this.#halve();
		const index = Math.max(0, Math.floor((atMs - this.#startMs) / this.#widthMs));
		if (index >= this.#used) this.#used = index + 1;
		this.#counts[index] = (this.#counts[index] ?? 0) + tokens;
	}

	toData(): TokenRateData {
		return {
			startMs: this.#startMs,
			widthMs: this.#widthMs,
			counts: [...this.#counts.subarray(0, this.#used)],
		};
	}

	#halve(): void {
		this.#widthMs *= 2;
		const counts = this.#counts;
		for (let index = 0; index < MOST_INTERVALS; index++) {
			counts[index] = (counts[2 * index] ?? 0) + (counts[2 * index + 1] ?? 0);
		}
		this.#used = Math.ceil(this.#used / 2);
	}
}

/** The same tokens in other intervals: those of an interval that is cut are shared out by time. */
export function rebin(data: TokenRateData, startMs: number, widthMs: number, intervals: number): number[] {
	const counts = new Array<number>(intervals).fill(0);
	for (const [index, count] of data.counts.entries()) {
		const from = (data.startMs + index * data.widthMs - startMs) / widthMs;
		const to = from + data.widthMs / widthMs;
		for (let bin = Math.floor(from); bin < to; bin++) {
			const part = (Math.min(to, bin + 1) - Math.max(from, bin)) / (to - from);
			const place = Math.min(intervals - 1, Math.max(0, bin));
			counts[place] = (counts[place] ?? 0) + count * part;
		}
	}
	return counts;
}
