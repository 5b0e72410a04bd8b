import { complete, type DoneEvent, type Engine } from "../engine.ts";
import { reasonOf } from "../errors.ts";
import { BUILT_IN_PROMPTS } from "../prompts.ts";
import { type RankStatistics, Recorder } from "../stats/recorder.ts";
import type { JobOptions } from "./options.ts";
import type { WorkItem } from "./work.ts";

/** How one request ended; a line of `--out`. Without an error, all other fields are there. */
export interface Result {
	readonly index: number;
	readonly rank: number;
	readonly text: string | null;
	readonly finish_reason: string | null;
	readonly prompt_tokens: number | null;
	readonly cached_tokens: number | null;
	readonly completion_tokens: number | null;
	readonly queue_ms: number | null;
	readonly ttft_ms: number | null;
	readonly total_ms: number | null;
	readonly error: string | null;
}

/** What a rank hands in when its share is done. */
export interface ShareOutcome {
	readonly results: readonly Result[];
	readonly statistics: RankStatistics;
	/** From the first request's start to the last one's end. */
	readonly wallMs: number;
}

/** How to run a share. */
export interface ShareOptions extends Pick<JobOptions, "inflight" | "maxTokens" | "temperature" | "seed"> {
	readonly rank: number;
	readonly host: string;
	/** Called for each result as it comes. */
	readonly onResult?: (result: Result) => void;
}

/**
 * Runs a rank's share, `inflight` requests at a time. Every item ends exactly once, as a result or as an error: this
 * never rejects because of a request.
 */
export async function runShare(
	engine: Engine,
	share: readonly WorkItem[],
	options: ShareOptions,
): Promise<ShareOutcome> {
	const { rank, host, inflight, maxTokens, temperature, seed, onResult } = options;
	const recorder = new Recorder();
	const results: Result[] = [];
	const start = performance.now();
	// One iterator for all workers: each takes the next item that nobody has taken.
	const queue = share.values();
	const worker = async () => {
		for (const { index, prompt } of queue) {
			recorder.started();
			let result: Result;
			try {
				const done = await complete(engine, prompt, { maxTokens, temperature, seed: seed + index });
				recorder.succeeded(done.usage, done.timings);
				result = success(index, rank, done);
			} catch (error) {
				recorder.failed(reasonOf(error));
				result = failure(index, rank, reasonOf(error));
			}
			results.push(result);
			onResult?.(result);
		}
	};
	await Promise.all(Array.from({ length: Math.min(inflight, share.length) }, worker));
	const wallMs = performance.now() - start;
	return { results, statistics: recorder.result(rank, host, engine.info), wallMs };
}

/** Runs a few requests and forgets them: weights, caches and compiled code are then in place. */
export async function warmUp(
	engine: Engine,
	{
		warmup,
		inflight,
		maxTokens,
		temperature,
		seed,
	}: Pick<JobOptions, "warmup" | "inflight" | "maxTokens" | "temperature" | "seed">,
): Promise<void> {
	const queue = Array.from({ length: warmup }, (_, index) => index).values();
	const worker = async () => {
		for (const index of queue) {
			const prompt = BUILT_IN_PROMPTS[index % BUILT_IN_PROMPTS.length] ?? "";
			// What goes wrong here goes wrong again where it is counted.
			await complete(engine, prompt, { maxTokens, temperature, seed }).catch(() => {});
		}
	};
	await Promise.all(Array.from({ length: Math.min(inflight, warmup) }, worker));
}

function success(index: number, rank: number, { text, finishReason, usage, timings }: DoneEvent): Result {
	return {
		index,
		rank,
		text,
		finish_reason: finishReason,
		prompt_tokens: usage.promptTokens,
		cached_tokens: usage.cachedTokens,
		completion_tokens: usage.completionTokens,
		queue_ms: microseconds(timings.queueMs),
		ttft_ms: microseconds(timings.ttftMs),
		total_ms: microseconds(timings.totalMs),
		error: null,
	};
}

function failure(index: number, rank: number, error: string): Result {
	return {
		index,
		rank,
		text: null,
		finish_reason: null,
		prompt_tokens: null,
		cached_tokens: null,
		completion_tokens: null,
		queue_ms: null,
		ttft_ms: null,
		total_ms: null,
		error,
	};
}

function microseconds(ms: number): number {
	return Math.round(ms * 1000) / 1000;
}
