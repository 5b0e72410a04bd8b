// Bounds are vLLM's (vllm/v1/metrics), so that what is made for its metrics reads ours.

/** Seconds until something is seen: the first token, a free slot. */
export const FIRST_TOKEN = [
	...[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75],
	...[1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560],
];

/** Seconds from one token to the next. */
export const BETWEEN_TOKENS = [
	...[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75],
	...[1, 2.5, 5, 7.5, 10, 20, 40, 80],
];

/** Seconds of a whole request, or of a part of it. */
export const REQUEST = [
	...[0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
];

/** Choices that a request asks for. */
export const CHOICES = [1, 2, 5, 10, 20];

/** Seconds that the gateway itself takes for a request: ours, since that should be well under a millisecond. */
export const OVERHEAD = [
	...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1],
];

/** 1, 2, 5, 10, 20, 50 and so on, as far as `most`. */
export function tokenBuckets(most: number): number[] {
	const bounds: number[] = [];
	for (let unit = 1; unit <= most; unit *= 10)
		for (const step of [1, 2, 5]) if (unit * step <= most) bounds.push(unit * step);
	return bounds;
}
