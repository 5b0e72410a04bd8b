import type { EngineInfo } from "../engine/engine.ts";
import { definitions } from "./definitions.ts";
import { type Summary, summarise } from "./digest.ts";
import type { GpuUse } from "./gpu.ts";
import type { CacheMeasurement } from "./measure-cache.ts";
import { QUANTITIES, type Quantity, type RankStatistics } from "./recorder.ts";
import { type Slo, sloText } from "./slo.ts";
import { missedTargets, type Targets } from "./targets.ts";

/** Version of the report's form: it changes when a key changes its meaning or goes. */
export const SCHEMA_VERSION = 1;

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
	/** With an SLO: requests that kept all of it, their share of all requests, and how many per second. */
	readonly good?: number;
	readonly good_share?: number;
	readonly goodput?: number;
	readonly e2e_ms: Summary;
	readonly ttft_ms: Summary;
	readonly tpot_ms: Summary;
	readonly itl_ms: Summary;
	readonly queue_ms: Summary;
	/** With `--measure-cache`. */
	readonly cache?: CacheFigures;
}

/** What the prompt cache is worth. */
export interface CacheFigures {
	readonly cold_ttft_ms: Summary;
	readonly warm_ttft_ms: Summary;
	readonly prompt_tokens: number;
	readonly cold_cached_tokens: number;
	readonly warm_cached_tokens: number;
	readonly failed: number;
}

export interface RankReport extends ReportFigures {
	readonly rank: number;
	readonly host: string;
	readonly engine: EngineInfo;
	readonly gpus?: readonly GpuUse[];
	/** How far this rank's times may be off on rank 0's clock. */
	readonly clock_error_ms?: number;
}

/** How prompts got lost or were run again: what a scheduler counts. */
export interface Delivery {
	readonly retried: number;
	readonly requeued: number;
	readonly lost: number;
	readonly duplicate: number;
	/** Had an answer from an earlier run, and count for nothing else in the report. */
	readonly skipped?: number;
}

/** The report of a job. */
export interface Report {
	readonly schema_version: typeof SCHEMA_VERSION;
	readonly model: string;
	/** Something to know about the model, such as that its text means nothing. */
	readonly model_note?: string;
	readonly ranks: number;
	readonly inflight: number;
	/** How the requests came: "closed loop", or an open loop's rate. */
	readonly load?: string;
	/** From the start of the first request to the end of the last, on all ranks together. */
	readonly wall_ms: number;
	readonly total: ReportFigures;
	readonly per_rank: readonly RankReport[];
	/** Most completion tokens of a rank divided by the mean: 1 is perfect. */
	readonly imbalance: number | undefined;
	/** The same of busy times. */
	readonly busy_imbalance: number | undefined;
	/** Tokens per second against those of one rank, when that was measured. */
	readonly speedup?: number;
	readonly slo?: Slo & { readonly text: string };
	readonly delivery?: Delivery;
	readonly errors: readonly { readonly reason: string; readonly count: number }[];
	/** Targets that the job missed, in words. With any, its exit code is 1. */
	readonly missed: readonly string[];
	readonly definitions: Readonly<Record<string, string>>;
}

/** What a report says about its job besides the ranks' figures. */
export interface ReportContext extends Targets {
	readonly model: string;
	readonly modelNote?: string | undefined;
	readonly inflight: number;
	readonly load?: string | undefined;
	readonly delivery?: Delivery | undefined;
}

/** Merges what the ranks measured. */
export function mergeStatistics(ranks: readonly RankStatistics[], context: ReportContext): Report {
	const { model, modelNote, inflight, load, slo, delivery } = context;
	const errors = new Map<string, number>();
	for (const [reason, count] of ranks.flatMap((rank) => rank.errors)) {
		errors.set(reason, (errors.get(reason) ?? 0) + count);
	}
	const wallMs = wallTime(ranks);
	const total = figures(ranks, wallMs);
	return {
		schema_version: SCHEMA_VERSION,
		model,
		...(modelNote === undefined ? {} : { model_note: modelNote }),
		ranks: ranks.length,
		inflight,
		...(load === undefined ? {} : { load }),
		wall_ms: wallMs,
		total,
		per_rank: ranks.map((rank) => ({
			rank: rank.rank,
			host: rank.host,
			engine: rank.engine,
			...(rank.gpus === undefined ? {} : { gpus: rank.gpus }),
			...(rank.clock === undefined ? {} : { clock_error_ms: rank.clock.errorMs }),
			...figures([rank], wallMs),
		})),
		imbalance: imbalance(ranks.map(({ completionTokens }) => completionTokens)),
		busy_imbalance: imbalance(ranks.map(({ busyMs }) => busyMs)),
		...(slo === undefined ? {} : { slo: { ...slo, text: sloText(slo) } }),
		...(delivery === undefined ? {} : { delivery }),
		errors: [...errors].sort((a, b) => b[1] - a[1]).map(([reason, count]) => ({ reason, count })),
		missed: missedTargets(total, context),
		definitions: definitions({
			slo: slo !== undefined,
			gpus: ranks.some(({ gpus = [] }) => gpus.length > 0),
			severalRanks: ranks.length > 1,
		}),
	};
}

/** From the first start to the last end. Where clocks were not compared, the longest rank's own time. */
function wallTime(ranks: readonly RankStatistics[]): number {
	const windows = ranks.flatMap(({ window, clock }) =>
		window === undefined
			? []
			: [{ ...window, offsetMs: clock?.offsetMs ?? (ranks.length === 1 ? 0 : undefined) }],
	);
	if (windows.length === 0) return 0;
	if (windows.some(({ offsetMs }) => offsetMs === undefined)) {
		return Math.max(...windows.map(({ startMs, endMs }) => endMs - startMs));
	}
	const ends = windows.map(({ endMs, offsetMs = 0 }) => endMs + offsetMs);
	return Math.max(...ends) - Math.min(...windows.map(({ startMs, offsetMs = 0 }) => startMs + offsetMs));
}

function figures(ranks: readonly RankStatistics[], wallMs: number): ReportFigures {
	const sum = (pick: (rank: RankStatistics) => number) => ranks.map(pick).reduce(add, 0);
	const perSecond = (count: number) => (wallMs > 0 ? (count * 1000) / wallMs : 0);
	const ok = sum((rank) => rank.ok);
	const failed = sum((rank) => rank.failed);
	const completionTokens = sum((rank) => rank.completionTokens);
	const summaries = Object.fromEntries(
		QUANTITIES.map((name) => [name, summarise(ranks.map(({ digests }) => digests[name]))]),
	);
	const { e2e, ttft, tpot, itl, queue } = summaries as Record<Quantity, Summary>;
	const good = ranks.some((rank) => rank.good === undefined) ? undefined : sum((rank) => rank.good ?? 0);
	return {
		ok,
		failed,
		success_rate: ok + failed === 0 ? 1 : ok / (ok + failed),
		prompt_tokens: sum((rank) => rank.promptTokens),
		cached_tokens: sum((rank) => rank.cachedTokens),
		completion_tokens: completionTokens,
		busy_ms: sum((rank) => rank.busyMs),
		tokens_per_s: perSecond(completionTokens),
		requests_per_s: perSecond(ok),
		...(good === undefined
			? {}
			: { good, good_share: ok + failed === 0 ? 1 : good / (ok + failed), goodput: perSecond(good) }),
		e2e_ms: e2e,
		ttft_ms: ttft,
		tpot_ms: tpot,
		itl_ms: itl,
		queue_ms: queue,
		...cacheFigures(ranks.flatMap(({ cache }) => (cache === undefined ? [] : [cache]))),
	};
}

function cacheFigures(parts: readonly CacheMeasurement[]): { cache?: CacheFigures } {
	if (parts.length === 0) return {};
	const sum = (pick: (part: CacheMeasurement) => number) => parts.map(pick).reduce(add, 0);
	return {
		cache: {
			cold_ttft_ms: summarise(parts.map(({ cold }) => cold)),
			warm_ttft_ms: summarise(parts.map(({ warm }) => warm)),
			prompt_tokens: sum((part) => part.promptTokens),
			cold_cached_tokens: sum((part) => part.coldCachedTokens),
			warm_cached_tokens: sum((part) => part.warmCachedTokens),
			failed: sum((part) => part.failed),
		},
	};
}

function imbalance(shares: readonly number[]): number | undefined {
	const sum = shares.reduce(add, 0);
	return sum > 0 ? (Math.max(...shares) * shares.length) / sum : undefined;
}

function add(a: number, b: number): number {
	return a + b;
}
