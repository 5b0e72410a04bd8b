/** When requests arrive that nobody holds back: an open loop. */
export interface ArrivalOptions {
	/** Requests per second, of the whole job. */
	readonly rate: number;
	/**
	 * How regular the gaps are: 1 is a Poisson process, less comes in bursts, more comes ever more evenly. Infinity is one
	 * request every 1 / rate. The gaps are gamma distributed with this as their shape. @default 1
	 */
	readonly burstiness?: number;
	/** The same seed gives the same times, on every rank. @default 1 */
	readonly seed?: number;
}

/** Reads a burstiness as users type it; undefined for any other text. */
export function parseBurstiness(text: string): number | undefined {
	if (text === "inf") return Number.POSITIVE_INFINITY;
	const value = Number(text);
	return value >= 1e-3 && value <= 1e6 ? value : undefined;
}

/** An open loop in words: "open loop: 5 requests/s, Poisson; ...". */
export function openLoopText({ rate, burstiness = 1 }: ArrivalOptions): string {
	const gaps =
		burstiness === 1
			? "Poisson"
			: burstiness === Number.POSITIVE_INFINITY
				? "evenly"
				: `burstiness ${burstiness}`;
	return `open loop: ${rate} requests/s, ${gaps}; latency counts from when a request was due`;
}

/** Times of arrival in milliseconds from the start, ascending, without end. */
export function* arrivals({ rate, burstiness = 1, seed = 1 }: ArrivalOptions): Generator<number, never> {
	const random = uniform(seed);
	const meanMs = 1000 / rate;
	let at = 0;
	for (;;) {
		at +=
			burstiness === Number.POSITIVE_INFINITY ? meanMs : (gamma(burstiness, random) * meanMs) / burstiness;
		yield at;
	}
}

/** Looks up the arrival of a request by its index; the times are made as far as they are asked for. */
export function arrivalTimes(options: ArrivalOptions): (index: number) => number {
	const source = arrivals(options);
	const times: number[] = [];
	return (index) => {
		while (times.length <= index) times.push(source.next().value);
		return times[index] ?? 0;
	};
}

/** Numbers above 0 and below 1 by mulberry32: one integer of state, good enough for gaps, the same everywhere. */
export function uniform(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let bits = state;
		bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
		bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
		return (((bits ^ (bits >>> 14)) >>> 0) + 0.5) / 2 ** 32;
	};
}

/** A gamma variate of scale 1 (Marsaglia and Tsang, 2000). */
function gamma(shape: number, random: () => number): number {
	if (shape < 1) return gamma(shape + 1, random) * random() ** (1 / shape);
	const d = shape - 1 / 3;
	const c = 1 / Math.sqrt(9 * d);
	for (;;) {
		const x = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
		const v = (1 + c * x) ** 3;
		if (v > 0 && Math.log(random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
	}
}
