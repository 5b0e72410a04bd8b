import { inOrder } from "../measure/distribution/digest.ts";
import { rebin } from "../measure/distribution/token-rate.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import { QUANTITIES, type Quantity } from "../measure/recorder.ts";
import type { Report } from "../measure/report.ts";
import { lanes } from "./lanes.ts";
import { alignedSpans, startOf } from "./timeline.ts";

/** A distribution: `shares[i]` of the samples are at most `values[i]`. */
export interface Curve {
	/** Undefined for all ranks together. */
	readonly rank: number | undefined;
	readonly values: readonly number[];
	readonly shares: readonly number[];
}

/** One request of the timeline, in milliseconds from the job's start. */
export interface PageSpan {
	readonly row: number;
	readonly index: number;
	readonly start: number;
	readonly served: number;
	readonly first: number | undefined;
	readonly end: number;
	readonly tokensIn: number;
	readonly tokensOut: number;
	readonly error?: string;
}

/** What the page draws. */
export interface PageData {
	readonly ranks: readonly number[];
	readonly wallMs: number;
	readonly distributions: readonly { readonly name: string; readonly curves: readonly Curve[] }[];
	/** The timeline's rows: every slot of every rank. */
	readonly rows: readonly { readonly rank: number; readonly slot: number }[];
	readonly spans: readonly PageSpan[];
	readonly throughput: {
		readonly widthMs: number;
		/** Tokens per second in each interval, for each of `ranks`. */
		readonly perRank: readonly (readonly number[])[];
	};
}

const NAMES: Readonly<Record<Quantity, string>> = {
	e2e: "E2E",
	ttft: "TTFT",
	tpot: "TPOT",
	itl: "ITL",
	queue: "queue",
};
/** More would not be seen. */
const CURVE_POINTS = 300;
const MOST_SPANS = 20_000;
const MOST_INTERVALS = 400;
/** With more ranks, a curve of each is a cloud. */
const MOST_CURVES = 64;

/** Puts together what the page draws. */
export function pageData(report: Report, statistics: readonly RankStatistics[]): PageData {
	const start = startOf(statistics);
	const rows: { rank: number; slot: number }[] = [];
	const spans: PageSpan[] = [];
	for (const rank of statistics) {
		const own = alignedSpans(rank, start);
		const slotOf = lanes(own);
		const first = rows.length;
		const slots = Math.max(1, ...slotOf.map((slot) => slot + 1));
		for (let slot = 0; slot < slots; slot++) rows.push({ rank: rank.rank, slot });
		for (const [place, span] of own.entries()) {
			spans.push({
				row: first + (slotOf[place] ?? 0),
				index: span.index,
				start: rounded(span.startMs),
				served: rounded(span.servedMs),
				first: span.firstMs === undefined ? undefined : rounded(span.firstMs),
				end: rounded(span.endMs),
				tokensIn: span.promptTokens,
				tokensOut: span.completionTokens,
				...(span.error === undefined ? {} : { error: span.error }),
			});
		}
	}
	const every = Math.max(1, Math.ceil(spans.length / MOST_SPANS));
	return {
		ranks: statistics.map(({ rank }) => rank),
		wallMs: report.wall_ms,
		distributions: QUANTITIES.map((name) => ({ name: NAMES[name], curves: curvesOf(statistics, name) })),
		rows,
		spans: spans.filter((_, place) => place % every === 0),
		throughput: throughputOf(statistics, start, report.wall_ms),
	};
}

function curvesOf(statistics: readonly RankStatistics[], name: Quantity): Curve[] {
	const all = inOrder(statistics.map(({ digests }) => digests[name]));
	const ranks = statistics.length > 1 ? statistics.slice(0, MOST_CURVES) : [];
	return [
		...ranks.map(({ rank, digests }) => curve(rank, digests[name].centroids)),
		curve(undefined, all),
	].filter(({ values }) => values.length > 0);
}

function curve(rank: number | undefined, centroids: readonly (readonly [number, number])[]): Curve {
	const total = centroids.reduce((sum, [, count]) => sum + count, 0);
	const every = Math.max(1, Math.ceil(centroids.length / CURVE_POINTS));
	const values: number[] = [];
	const shares: number[] = [];
	let below = 0;
	for (const [place, [value, count]] of centroids.entries()) {
		below += count;
		// The last of every few, so that the curve ends at the largest value.
		if ((centroids.length - 1 - place) % every !== 0) continue;
		values.push(rounded(value));
		shares.push(below / total);
	}
	return { rank, values, shares };
}

function throughputOf(
	statistics: readonly RankStatistics[],
	start: number,
	wallMs: number,
): PageData["throughput"] {
	const widths = statistics.map(({ tokenRate }) => tokenRate?.widthMs ?? 0);
	const widthMs = Math.max(50, wallMs / MOST_INTERVALS, ...widths);
	const intervals = Math.max(1, Math.ceil(wallMs / widthMs));
	const perRank = statistics.map(({ tokenRate, clock }) => {
		if (tokenRate === undefined) return new Array<number>(intervals).fill(0);
		const from = start - (clock?.offsetMs ?? 0);
		const counts = rebin(tokenRate, from, widthMs, intervals);
		return counts.map((count) => rounded((count * 1000) / widthMs));
	});
	return { widthMs, perRank };
}

/** Microseconds are enough, and keep the file small. */
function rounded(value: number): number {
	return Math.round(value * 1000) / 1000;
}
