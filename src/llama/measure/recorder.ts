import type { Completion, EngineInfo, Timings, Usage } from "../engine/engine.ts";
import type { ClockOffset } from "./clock.ts";
import { type CutCounts, Cuts } from "./counts/cut-counts.ts";
import { type CountedFailure, type FailureCount, FailureCounts } from "./counts/failure-counts.ts";
import type { DigestData } from "./distribution/digest.ts";
import { Samples } from "./distribution/samples.ts";
import { TokenRate, type TokenRateData } from "./distribution/token-rate.ts";
import type { GpuUse } from "./gpu.ts";
import type { CacheMeasurement } from "./measure-cache.ts";
import { Pieces } from "./pieces.ts";
import { keeps, type Slo } from "./slo.ts";
import { type Span, SpanStore } from "./spans.ts";

/** The quantities of which every rank keeps a digest, in milliseconds. */
export const QUANTITIES = ["e2e", "ttft", "tpot", "itl", "queue"] as const;
/**
 * What is measured of requests, in milliseconds: to the last token, to the first token, per further token, between two
 * pieces of text, and waiting.
 */
export type Quantity = (typeof QUANTITIES)[number];

/** What a recorder is told of each text of a request. */
export type RecordedChoice = Pick<Completion, "usage" | "timings" | "limit">;

/** What a rank did, as it travels to rank 0. Points in time are of the rank's own clock. */
export interface RankStatistics {
	/** The rank in the job's world. */
	readonly rank: number;
	/** Its host's name. */
	readonly host: string;
	/** Requests that succeeded. */
	readonly ok: number;
	/** Requests that failed. */
	readonly failed: number;
	/** Requests that kept every limit of the SLO; undefined without one. */
	readonly good: number | undefined;
	/** Tokens of the prompts of requests that succeeded. */
	readonly promptTokens: number;
	/** Of these, tokens that were not computed again. */
	readonly cachedTokens: number;
	/** Tokens that were generated, end-of-generation tokens included. */
	readonly completionTokens: number;
	/** Milliseconds during which at least one request ran. */
	readonly busyMs: number;
	/** Start of the first request and end of the last; undefined without any. */
	readonly window: { readonly startMs: number; readonly endMs: number } | undefined;
	/** Texts that a limit cut. */
	readonly cut: CutCounts;
	/** How many requests failed in which way, the most frequent first. */
	readonly errors: readonly FailureCount[];
	/** The distribution of each quantity. */
	readonly digests: Readonly<Record<Quantity, DigestData>>;
	/** Generated tokens over time; undefined without a request. */
	readonly tokenRate: TokenRateData | undefined;
	/** When requests did what, for a timeline; empty unless the measurement keeps them. */
	readonly spans: readonly Span[];
	/** One of so many requests is in `spans`. */
	readonly spanEvery: number;
	/** The engine that ran the requests, as it was at the end. */
	readonly engine: EngineInfo;
	/** What to add to this rank's times to get rank 0's; undefined if nobody measured it. */
	readonly clock?: ClockOffset;
	/** How the rank's GPUs were used; undefined unless the engine is on one. */
	readonly gpus?: readonly GpuUse[];
	/** What the prompt cache is worth, if that was measured. */
	readonly cache?: CacheMeasurement;
}

/** How to record. */
export interface RecorderOptions {
	/** Limits: requests that keep all of them are counted. @default none */
	readonly slo?: Slo | undefined;
	/** Most requests of which the times are kept, for a timeline. @default 0 */
	readonly spans?: number;
	/** What to add to `now()` to get the clock on which requests are due: rank 0's. @default 0 */
	readonly offsetMs?: number;
	/** Whether answers come in pieces; without them only the end of an answer is known. @default true */
	readonly streamed?: boolean;
	/** The clock, in milliseconds. @default performance.now */
	readonly now?: () => number;
}

/** What is told of one request while it runs. The last call must be one of `succeeded`, `failed` or `dropped`. */
export interface RequestRecord {
	/** A piece of text came; of several texts, which one it belongs to. */
	readonly piece: (choice?: number) => void;
	/** It ended well. An embedding has no texts; without them it is taken for one text. */
	readonly succeeded: (usage: Usage, timings: Timings, choices?: readonly RecordedChoice[]) => void;
	/** It ended badly. */
	readonly failed: (failure: CountedFailure) => void;
	/** It has no outcome here: its engine died and it runs again, or it was cancelled. */
	readonly dropped: () => void;
}

/** Counts and measures the requests of one rank while they run. */
export class Recorder {
	readonly #samples: Record<Quantity, Samples> = {
		e2e: new Samples(),
		ttft: new Samples(),
		tpot: new Samples(),
		itl: new Samples(),
		queue: new Samples(),
	};
	readonly #failures = new FailureCounts();
	readonly #cuts = new Cuts();
	readonly #slo: Slo | undefined;
	readonly #offsetMs: number;
	readonly #now: () => number;
	readonly #spans: SpanStore;
	readonly #streamed: boolean;
	#rate: TokenRate | undefined;
	#ok = 0;
	#good = 0;
	#promptTokens = 0;
	#cachedTokens = 0;
	#completionTokens = 0;
	#running = 0;
	#busySince = 0;
	#busyMs = 0;
	#startMs = Number.POSITIVE_INFINITY;
	#endMs = Number.NEGATIVE_INFINITY;

	constructor(options: RecorderOptions = {}) {
		const { slo, spans = 0, offsetMs = 0, streamed = true, now = () => performance.now() } = options;
		this.#streamed = streamed;
		this.#slo = slo;
		this.#offsetMs = offsetMs;
		this.#now = now;
		this.#spans = new SpanStore(spans);
	}

	/**
	 * A request starts now.
	 *
	 * @param dueMs When it was to start, in an open loop, on rank 0's clock (see `offsetMs`): its latency counts from
	 *   there, and the delay is queue time.
	 */
	begin({ index, dueMs }: { readonly index: number; readonly dueMs?: number | undefined }): RequestRecord {
		const begun = this.#now();
		const startMs = dueMs === undefined ? begun : Math.min(begun, dueMs - this.#offsetMs);
		if (this.#running === 0) this.#busySince = begun;
		this.#running += 1;
		this.#startMs = Math.min(this.#startMs, startMs);
		this.#rate ??= new TokenRate(startMs);
		const pieces = new Pieces();
		return {
			piece: (choice) => pieces.add(this.#now(), choice),
			succeeded: (usage, timings, choices = [{ usage, timings }]) => {
				const late = begun - startMs;
				const times = {
					queueMs: timings.queueMs + late,
					ttftMs: timings.ttftMs + late,
					totalMs: timings.totalMs + late,
				};
				this.#succeeded({ index, startMs, pieces, usage, timings: times, choices });
			},
			failed: (failure) => {
				const endMs = this.#ended();
				this.#failures.add(failure);
				const tokens = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
				const times = { startMs, servedMs: begun, firstMs: undefined, endMs };
				this.#spans.add({ index, ...times, ...tokens, error: failure.message });
			},
			dropped: () => {
				this.#ended();
			},
		};
	}

	/** A request failed without having been run. */
	refused(failure: CountedFailure): void {
		this.#failures.add(failure);
	}

	/** All that was recorded so far, as it travels to rank 0. */
	result(rank: number, host: string, engine: EngineInfo): RankStatistics {
		const digests = Object.fromEntries(QUANTITIES.map((name) => [name, this.#samples[name].toData()]));
		const { spans, every } = this.#spans.toData();
		const ended = this.#endMs >= this.#startMs;
		return {
			rank,
			host,
			ok: this.#ok,
			failed: this.#failures.total,
			good: this.#slo === undefined ? undefined : this.#good,
			promptTokens: this.#promptTokens,
			cachedTokens: this.#cachedTokens,
			completionTokens: this.#completionTokens,
			busyMs: this.#busyMs + (this.#running > 0 ? this.#now() - this.#busySince : 0),
			window: ended ? { startMs: this.#startMs, endMs: this.#endMs } : undefined,
			cut: this.#cuts.toData(),
			errors: this.#failures.toData(),
			digests: digests as Record<Quantity, DigestData>,
			tokenRate: this.#rate?.toData(),
			spans,
			spanEvery: every,
			engine,
		};
	}

	#succeeded({ index, startMs, pieces, usage, timings, choices }: Success): void {
		const { queueMs, ttftMs, totalMs } = timings;
		this.#ended();
		this.#ok += 1;
		this.#promptTokens += usage.promptTokens;
		this.#cachedTokens += usage.cachedTokens;
		this.#completionTokens += usage.completionTokens;
		this.#cuts.add(choices);
		// An embedding has no token, and one token no time between tokens.
		const tokens = usage.completionTokens;
		const ttft = tokens > 0 && this.#streamed ? ttftMs : undefined;
		const tpot = this.#streamed ? timePerToken(choices) : undefined;
		this.#samples.e2e.push(totalMs);
		if (ttft !== undefined) this.#samples.ttft.push(ttft);
		this.#samples.queue.push(queueMs);
		if (tpot !== undefined) this.#samples.tpot.push(tpot);
		for (const gap of pieces.gaps) this.#samples.itl.push(gap);
		for (const at of pieces.times) this.#rate?.add(at, tokens / pieces.times.length);
		if (pieces.times.length === 0) this.#rate?.add(startMs + totalMs, tokens);
		if (this.#slo !== undefined && keeps(this.#slo, { e2e: totalMs, ttft, tpot })) this.#good += 1;
		const times = { servedMs: startMs + queueMs, firstMs: startMs + ttftMs, endMs: startMs + totalMs };
		this.#spans.add({ index, startMs, ...times, ...usage });
	}

	#ended(): number {
		const now = this.#now();
		this.#endMs = Math.max(this.#endMs, now);
		this.#running -= 1;
		if (this.#running === 0) this.#busyMs += now - this.#busySince;
		return now;
	}
}

interface Success {
	readonly index: number;
	readonly startMs: number;
	readonly pieces: Pieces;
	readonly usage: Usage;
	/** From when the request was due. */
	readonly timings: Timings;
	readonly choices: readonly RecordedChoice[];
}

/** Milliseconds per token after the first of a text; of several texts the mean. */
function timePerToken(choices: readonly RecordedChoice[]): number | undefined {
	const times = choices.flatMap(({ usage: { completionTokens: tokens }, timings }) =>
		tokens > 1 ? [(timings.totalMs - timings.ttftMs) / (tokens - 1)] : [],
	);
	return times.length === 0 ? undefined : times.reduce((sum, time) => sum + time, 0) / times.length;
}
