import type { EngineInfo } from "../engine.ts";
import { Digest, type Summary } from "./digest.ts";
import { QUANTITIES, type Quantity, type RankStatistics } from "./recorder.ts";

/** Figures of one rank, or of all of them. Times in milliseconds. */
export interface ReportFigures {
	readonly ok: number;
	readonly failed: number;
	/** ok / (ok + failed); 1 without any request. */
	readonly success_rate: number;
	readonly prompt_tokens: number;
	readonly cached_tokens: number;
	readonly completion_tokens: number;
	readonly busy_ms: number;
	/** Generated tokens per second of wall time. */
	readonly tokens_per_s: number;
	readonly requests_per_s: number;
	readonly e2e_ms: Summary;
	readonly ttft_ms: Summary;
	readonly tpot_ms: Summary;
	readonly queue_ms: Summary;
}

export interface RankReport extends ReportFigures {
	readonly rank: number;
	readonly host: string;
	readonly engine: EngineInfo;
}

/** The report of a job, as written by `--json`. */
export interface Report {
	readonly model: string;
	/** Something to know about the model, such as that its text means nothing. */
	readonly model_note?: string;
	readonly ranks: number;
	readonly inflight: number;
	/** From the start of the first request to the end of the last, on all ranks together. */
	readonly wall_ms: number;
	readonly total: ReportFigures;
	readonly per_rank: readonly RankReport[];
	/** Longest busy time of a rank divided by the mean: 1 is perfect. */
	readonly imbalance: number | undefined;
	readonly errors: readonly { readonly reason: string; readonly count: number }[];
	readonly definitions: Readonly<Record<string, string>>;
}

/** What a report says about its job besides the ranks' figures. */
export interface ReportContext {
	readonly model: string;
	readonly modelNote?: string | undefined;
	readonly inflight: number;
	readonly wallMs: number;
}

/** What the figures mean. Printed with them. */
export const DEFINITIONS: Readonly<Record<string, string>> = {
	E2E: "request start to last token",
	TTFT: "request start to first token",
	TPOT: "(E2E - TTFT) / (output tokens - 1), requests with 2 or more output tokens",
	queue: "time a request waited for a free sequence of its engine",
	"p50 p95 p99": "nearest rank up to 2000 different values, above that t-digest (within 2 %)",
	"tokens out": "sampled tokens, end-of-generation tokens included",
	cached: "prompt tokens found in a sequence's memory and not computed again",
	"tokens/s": "tokens out per second of wall time",
	imbalance: "longest busy time of a rank / mean busy time",
};

/** Merges what the ranks measured. */
export function mergeStatistics(ranks: readonly RankStatistics[], context: ReportContext): Report {
	const busy = ranks.map(({ busyMs }) => busyMs);
	const meanBusy = busy.reduce(add, 0) / ranks.length;
	const errors = new Map<string, number>();
	for (const [reason, count] of ranks.flatMap((rank) => rank.errors)) {
		errors.set(reason, (errors.get(reason) ?? 0) + count);
	}
	return {
		model: context.model,
		...(context.modelNote === undefined ? {} : { model_note: context.modelNote }),
		ranks: ranks.length,
		inflight: context.inflight,
		wall_ms: context.wallMs,
		total: figures(ranks, context.wallMs),
		per_rank: ranks.map((rank) => {
			return { rank: rank.rank, host: rank.host, engine: rank.engine, ...figures([rank], context.wallMs) };
		}),
		imbalance: meanBusy > 0 ? Math.max(...busy) / meanBusy : undefined,
		errors: [...errors].sort((a, b) => b[1] - a[1]).map(([reason, count]) => ({ reason, count })),
		definitions: DEFINITIONS,
	};
}

function figures(ranks: readonly RankStatistics[], wallMs: number): ReportFigures {
	const sum = (pick: (rank: RankStatistics) => number) => ranks.map(pick).reduce(add, 0);
	const ok = sum((rank) => rank.ok);
	const failed = sum((rank) => rank.failed);
	const completionTokens = sum((rank) => rank.completionTokens);
	const summaries = Object.fromEntries(QUANTITIES.map((name) => [name, summarise(ranks, name)]));
	const { e2e, ttft, tpot, queue } = summaries as Record<Quantity, Summary>;
	return {
		ok,
		failed,
		success_rate: ok + failed === 0 ? 1 : ok / (ok + failed),
		prompt_tokens: sum((rank) => rank.promptTokens),
		cached_tokens: sum((rank) => rank.cachedTokens),
		completion_tokens: completionTokens,
		busy_ms: sum((rank) => rank.busyMs),
		tokens_per_s: wallMs > 0 ? (completionTokens * 1000) / wallMs : 0,
		requests_per_s: wallMs > 0 ? (ok * 1000) / wallMs : 0,
		e2e_ms: e2e,
		ttft_ms: ttft,
		tpot_ms: tpot,
		queue_ms: queue,
	};
}

function summarise(ranks: readonly RankStatistics[], name: Quantity): Summary {
	const merged = new Digest();
	for (const rank of ranks) merged.merge(rank.digests[name]);
	return merged.summary();
}

function add(a: number, b: number): number {
	return a + b;
}
