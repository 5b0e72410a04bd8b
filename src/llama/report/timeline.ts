import type { RankStatistics } from "../measure/recorder.ts";
import type { Span } from "../measure/spans.ts";

/** Start of the job on rank 0's clock: that of its first request. */
export function startOf(statistics: readonly RankStatistics[]): number {
	const starts = statistics.flatMap(({ window, clock }) =>
		window === undefined ? [] : [window.startMs + (clock?.offsetMs ?? 0)],
	);
	return starts.length === 0 ? 0 : Math.min(...starts);
}

/** A rank's spans on rank 0's clock, from the start of the job. */
export function alignedSpans({ spans, clock }: RankStatistics, start: number): Span[] {
	const shift = (clock?.offsetMs ?? 0) - start;
	return spans.map((span) => ({
		...span,
		startMs: span.startMs + shift,
		servedMs: span.servedMs + shift,
		firstMs: span.firstMs === undefined ? undefined : span.firstMs + shift,
		endMs: span.endMs + shift,
	}));
}
