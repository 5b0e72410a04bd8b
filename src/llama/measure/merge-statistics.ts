import {
	BOOLEAN,
	checkArgument,
	checkOptions,
	type Kind,
	type Kinds,
	listOf,
	numberFrom,
	objectWith,
	TEXT,
} from "../../base/check-types.ts";
import { FailureCounts } from "./counts/failure-counts.ts";
import type { FieldCount } from "./counts/field-counts.ts";
import { type Summary, summarise } from "./distribution/digest.ts";
import type { CacheMeasurement } from "./measure-cache.ts";
import { QUANTITIES, type Quantity, type RankStatistics } from "./recorder.ts";
import {
	type CacheFigures,
	type Delivery,
	type Report,
	type ReportFigures,
	SCHEMA_VERSION,
} from "./report.ts";
import type { RunFacts } from "./run-facts.ts";
import { sloText } from "./slo.ts";
import { missedTargets, TARGETS, type Targets } from "./targets.ts";

/** What a report says about its job besides the ranks' figures. */
export interface ReportContext extends Targets {
	/** How the model is called. @default as the first rank's engine calls it */
	readonly model?: string | undefined;
	/** Something to know about the model, such as `DEMO_MODEL_NOTE`. @default none */
	readonly modelNote?: string | undefined;
	/** Requests that a rank ran at the same time. @default the slots of the first rank's engine */
	readonly inflight?: number | undefined;
	/** How the requests came, in words. @default not said */
	readonly load?: string | undefined;
	/** What `runBatch` tells of how requests got lost or ran again. @default not said */
	readonly delivery?: Delivery | undefined;
	/** Fields of requests that were left out, as `runBatch` tells. @default not said */
	readonly ignored?: readonly FieldCount[] | undefined;
	/** How the job was run. @default not said */
	readonly run?: RunFacts | undefined;
	/** The signal that ended the job early. @default it was not interrupted */
	readonly interrupted?: string | undefined;
	/** An interrupted job can be gone on with. @default not said */
	readonly resumable?: boolean | undefined;
}

const CONTEXT: Kinds<ReportContext> = {
	...TARGETS,
	model: TEXT,
	modelNote: TEXT,
	inflight: numberFrom(0),
	load: TEXT,
	delivery: objectWith("what runBatch tells", "retried", "requeued", "lost", "duplicate"),
	ignored: listOf("a list of { field, count }", objectWith("", "field", "count")),
	run: objectWith("how the job was run", "date", "command", "versions"),
	interrupted: TEXT,
	resumable: BOOLEAN,
};

/** What ranks have measured. */
export const STATISTICS: Kind = listOf(
	"a list of what measurements gave",
	objectWith("", "rank", "engine", "digests"),
);

/**
 * Merges what the ranks measured into one report.
 *
 * @param ranks What `stop` of each rank's measurement resolved to.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export function mergeStatistics(ranks: readonly RankStatistics[], context: ReportContext = {}): Report {
	checkArgument("merge statistics", "ranks", ranks, STATISTICS);
	checkOptions("merge statistics", context, CONTEXT);
	const engine = ranks[0]?.engine;
	const { model = engine?.model ?? "unknown", inflight = engine?.slots ?? 0 } = context;
	const { modelNote, load, slo, delivery, ignored = [], run, interrupted, resumable } = context;
	const failures = new FailureCounts();
	for (const counted of ranks.flatMap((rank) => rank.errors)) failures.merge(counted);
	const wallMs = wallTime(ranks);
	const total = withoutLost(figures(ranks, wallMs), delivery?.lost);
	return {
		schema_version: SCHEMA_VERSION,
		...run,
		...(interrupted === undefined ? {} : { interrupted }),
		...(interrupted === undefined || resumable === undefined ? {} : { resumable }),
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
		...(ignored.length === 0 ? {} : { ignored }),
		errors: failures.toData(),
		missed: missedTargets(total, context),
	};
}

/** What is not in the output is no success, whatever its rank has counted. */
function withoutLost(total: ReportFigures, lost = 0): ReportFigures {
	const { ok, failed } = total;
	return lost === 0 ? total : { ...total, success_rate: Math.max(0, ok - lost) / Math.max(1, ok + failed) };
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
		cut: {
			texts: sum((rank) => rank.cut.texts),
			max_tokens: sum((rank) => rank.cut.maxTokens),
			context: sum((rank) => rank.cut.context),
		},
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
	const reason = parts.find((part) => part.reason !== undefined)?.reason;
	return {
		cache: {
			cold_ttft_ms: summarise(parts.map(({ cold }) => cold)),
			warm_ttft_ms: summarise(parts.map(({ warm }) => warm)),
			prompt_tokens: sum((part) => part.promptTokens),
			cold_cached_tokens: sum((part) => part.coldCachedTokens),
			warm_cached_tokens: sum((part) => part.warmCachedTokens),
			failed: sum((part) => part.failed),
			...(reason === undefined ? {} : { reason }),
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
