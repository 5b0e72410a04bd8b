import type { RankStatistics } from "../measure/recorder.ts";
import type { Report } from "../measure/report.ts";
import { lanes } from "./lanes.ts";
import { alignedSpans, startOf } from "./timeline.ts";

/** One event of the Trace Event Format. Times are in microseconds. */
interface TraceEvent {
	readonly name: string;
	readonly cat?: string;
	readonly ph: "X" | "M" | "C";
	readonly pid: number;
	readonly tid: number;
	readonly ts?: number;
	readonly dur?: number;
	readonly args?: Readonly<Record<string, unknown>>;
}

/** A run for Perfetto or chrome://tracing: a process for each rank, a thread for each request that ran at a time. */
export function chromeTrace(
	report: Report,
	statistics: readonly RankStatistics[],
): { readonly traceEvents: readonly TraceEvent[]; readonly [key: string]: unknown } {
	const start = startOf(statistics);
	return {
		traceEvents: statistics.flatMap((rank) => rankEvents(rank, start)),
		displayTimeUnit: "ms",
		otherData: {
			model: report.model,
			ranks: report.ranks,
			shown: Object.fromEntries(statistics.map(({ rank, spanEvery }) => [rank, `1 of ${spanEvery}`])),
			clock_error_ms: Object.fromEntries(statistics.map(({ rank, clock }) => [rank, clock?.errorMs])),
		},
	};
}

function rankEvents(statistics: RankStatistics, start: number): TraceEvent[] {
	const { rank: pid, host, tokenRate, clock } = statistics;
	const spans = alignedSpans(statistics, start);
	const laneOf = lanes(spans);
	const events: TraceEvent[] = [
		{ name: "process_name", ph: "M", pid, tid: 0, args: { name: `rank ${pid} on ${host}` } },
		{ name: "process_sort_index", ph: "M", pid, tid: 0, args: { sort_index: pid } },
		...[...new Set(laneOf)].map(
			(tid): TraceEvent => ({
				...{ name: "thread_name", ph: "M", pid, tid },
				args: { name: `slot ${tid}` },
			}),
		),
	];
	for (const [place, span] of spans.entries()) {
		const { index, startMs, servedMs, firstMs, endMs, error } = span;
		const tid = laneOf[place] ?? 0;
		const slice = (name: string, from: number, to: number, args?: TraceEvent["args"]): TraceEvent => ({
			...{ name, cat: "request", ph: "X", pid, tid },
			...{ ts: micros(from), dur: micros(to) - micros(from) },
			...(args === undefined ? {} : { args }),
		});
		const { promptTokens, cachedTokens, completionTokens } = span;
		const counts = { promptTokens, cachedTokens, completionTokens, queueMs: servedMs - startMs };
		const whole = error === undefined ? counts : { error };
		events.push(slice(`request ${index}`, servedMs, endMs, whole));
		if (firstMs === undefined) continue;
		events.push(slice("prefill", servedMs, firstMs), slice("decode", firstMs, endMs));
	}
	const offset = (clock?.offsetMs ?? 0) - start;
	for (const [place, count] of (tokenRate?.counts ?? []).entries()) {
		if (tokenRate === undefined) break;
		const ts = micros(tokenRate.startMs + place * tokenRate.widthMs + offset);
		const args = { "tokens/s": (count * 1000) / tokenRate.widthMs };
		events.push({ name: "throughput", ph: "C", pid, tid: 0, ts, args });
	}
	return events;
}

function micros(ms: number): number {
	return Math.round(ms * 1000);
}
