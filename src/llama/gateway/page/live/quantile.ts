/** A time that a share of all took no longer than, in seconds. */
export interface Quantile {
	readonly seconds: number;
	/** It lies somewhere below `seconds`, or above: the histogram has no bound that says more. */
	readonly side?: "below" | "above";
}

/**
 * A quantile of what came between two readings of a histogram, as Prometheus computes it: evenly spread between the two
 * bounds where it lies. Undefined where nothing came.
 */
export function quantile(
	before: ReadonlyMap<number, number> | undefined,
	after: ReadonlyMap<number, number>,
	share: number,
): Quantile | undefined {
	const counts = Array.from(after, ([bound, count]) => [bound, count - (before?.get(bound) ?? 0)] as const);
	const total = counts.at(-1)?.[1] ?? 0;
	if (total <= 0) return undefined;
	const wanted = share * total;
	let [low, below] = [0, 0];
	for (const [bound, count] of counts) {
		if (count >= wanted) {
			if (low === 0) return { seconds: bound, side: "below" };
			if (bound === Infinity) return { seconds: low, side: "above" };
			return { seconds: low + ((bound - low) * (wanted - below)) / (count - below) };
		}
		[low, below] = [bound, count];
	}
	return undefined;
}
