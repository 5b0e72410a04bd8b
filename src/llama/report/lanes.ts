/** Something that takes a slot from one moment to another. */
interface Interval {
	readonly servedMs: number;
	readonly endMs: number;
}

/**
 * Gives each request a slot such that no two of a slot overlap, with as few slots as can be. Engines do not tell which
 * sequence ran a request; this shows as many as ran at a time.
 */
export function lanes(intervals: readonly Interval[]): number[] {
	const order = [...intervals.keys()].sort(
		(a, b) => (intervals[a]?.servedMs ?? 0) - (intervals[b]?.servedMs ?? 0),
	);
	const result = new Array<number>(intervals.length).fill(0);
	const ends: number[] = [];
	for (const place of order) {
		const interval = intervals[place];
		if (interval === undefined) continue;
		const free = ends.findIndex((end) => end <= interval.servedMs);
		const lane = free < 0 ? ends.length : free;
		ends[lane] = interval.endMs;
		result[place] = lane;
	}
	return result;
}
