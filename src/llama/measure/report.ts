import { type Kind, objectWith } from "../../base/check-types.ts";
import type { EngineInfo } from "../engine/engine.ts";
import type { FailureCount } from "./counts/failure-counts.ts";
import type { FieldCount } from "./counts/field-counts.ts";
import type { Summary } from "./distribution/digest.ts";
import type { GpuUse } from "./gpu.ts";
import type { RunFacts } from "./run-facts.ts";
import type { Slo } from "./slo.ts";

/** Version of the report's form: it changes when a key changes its meaning or goes. */
export const SCHEMA_VERSION = 2;

/** Figures of one rank, or of all of them. Summaries are in milliseconds. */
export interface ReportFigures {
	/** Requests that succeeded. */
	readonly ok: number;
	/** Requests that failed. */
	readonly failed: number;
	/** ok / (ok + failed); 1 without any request. Of the whole job without answers that are `lost`. */
	readonly success_rate: number;
	/** Tokens of the prompts of requests that succeeded. */
	readonly prompt_tokens: number;
	/** Of these, tokens that were not computed again. */
	readonly cached_tokens: number;
	/** Tokens that were generated, end-of-generation tokens included. */
	readonly completion_tokens: number;
	/** Texts that were generated, and those that a limit cut. A request may have several. */
	readonly cut: {
		/** All of them. */
		readonly texts: number;
		/** Those that were cut by their limit of tokens. */
		readonly max_tokens: number;
		/** Those that were cut by the end of the context. */
		readonly context: number;
	};
	/** Milliseconds during which at least one request ran, added up over the ranks. */
	readonly busy_ms: number;
	/** Generated tokens per second of wall time. */
	readonly tokens_per_s: number;
	/** Requests that succeeded per second of wall time. */
	readonly requests_per_s: number;
	/** Requests that kept every limit of the SLO; undefined without one. */
	readonly good?: number;
	/** good / (ok + failed); undefined without an SLO. */
	readonly good_share?: number;
	/** Requests per second of wall time that kept every limit; undefined without an SLO. */
	readonly goodput?: number;
	/** From the start of a request to its end. */
	readonly e2e_ms: Summary;
	/** From the start of a request to its first token. */
	readonly ttft_ms: Summary;
	/** Per token after the first. */
	readonly tpot_ms: Summary;
	/** Between one piece of text and the next. */
	readonly itl_ms: Summary;
	/** Waiting for a free sequence, or for the request's turn. */
	readonly queue_ms: Summary;
	/** What the prompt cache is worth, if that was measured. */
	readonly cache?: CacheFigures;
}

/** What the prompt cache is worth. */
export interface CacheFigures {
	/** Time to the first token of prompts that are new to the engine. */
	readonly cold_ttft_ms: Summary;
	/** Time to the first token of the same prompts, each right after. */
	readonly warm_ttft_ms: Summary;
	/** Tokens of all prompts together, each counted once. */
	readonly prompt_tokens: number;
	/** Of these, tokens that were found in the cache the first time. */
	readonly cold_cached_tokens: number;
	/** Of these, tokens that were found in the cache the second time. */
	readonly warm_cached_tokens: number;
	/** Prompts that could not be run, and are left out. */
	readonly failed: number;
	/** Why the first of them could not; undefined if none failed. */
	readonly reason?: string;
}

/** Figures of one rank. */
export interface RankReport extends ReportFigures {
	/** The rank in the job's world. */
	readonly rank: number;
	/** Its host's name. */
	readonly host: string;
	/** The engine that ran its requests. */
	readonly engine: EngineInfo;
	/** How its GPUs were used, by all processes together. */
	readonly gpus?: readonly GpuUse[];
	/** Most milliseconds that this rank's times may be off on rank 0's clock; undefined if clocks were not compared. */
	readonly clock_error_ms?: number;
}

/** How prompts got lost or were run again: what a scheduler counts. */
export interface Delivery {
	/** Requests that had failed in an earlier run, and ran again. */
	readonly retried: number;
	/** Requests that were handed out again because their engine or rank died. */
	readonly requeued: number;
	/** Requests that were read and never answered: 0, or there is a bug. */
	readonly lost: number;
	/** Answers beyond one for each request: 0, or there is a bug. */
	readonly duplicate: number;
	/** Requests that had an answer from an earlier run, and count for nothing else in the report; undefined if none had. */
	readonly skipped?: number;
	/** Of these, those whose answer is a failure; undefined if none is. The job's success counts them. */
	readonly failed_before?: number;
}

/** The report of a job. */
export interface Report extends Partial<RunFacts> {
	/** Version of this form: it changes when a key changes its meaning or goes. */
	readonly schema_version: typeof SCHEMA_VERSION;
	/** The signal that ended the job before its requests had all ended; undefined without one. */
	readonly interrupted?: string;
	/** What an interrupted job leaves can be run with `--resume`. */
	readonly resumable?: boolean;
	/** Path or name of the model. */
	readonly model: string;
	/** Something to know about the model, such as that its text means nothing. */
	readonly model_note?: string;
	/** How many ranks took part. */
	readonly ranks: number;
	/** Requests that a rank ran at the same time. */
	readonly inflight: number;
	/** How the requests came: "closed loop", or an open loop's rate. */
	readonly load?: string;
	/** Milliseconds from the start of the first request to the end of the last, on all ranks together. */
	readonly wall_ms: number;
	/** Figures of all ranks together. */
	readonly total: ReportFigures;
	/** Figures of each rank. */
	readonly per_rank: readonly RankReport[];
	/** Most completion tokens of a rank divided by the mean: 1 is perfect. Undefined without a token. */
	readonly imbalance: number | undefined;
	/** The same of busy times. */
	readonly busy_imbalance: number | undefined;
	/** Tokens per second against those of one rank, when that was measured. */
	readonly speedup?: number;
	/** The limits that requests had to keep, also in words. */
	readonly slo?: Slo & { readonly text: string };
	/** How requests got lost or ran again, as `runBatch` tells. */
	readonly delivery?: Delivery;
	/** Fields of requests that were left out, with `--ignore-unknown`, the most frequent first. */
	readonly ignored?: readonly FieldCount[];
	/** In which way requests failed and how many in each, the most frequent first. */
	readonly errors: readonly FailureCount[];
	/** Targets that the job missed, in words. With any, its exit code is 1. */
	readonly missed: readonly string[];
}

/** Anything that `mergeStatistics` has made. */
export const REPORT: Kind = objectWith("a report of mergeStatistics", "total", "per_rank");
