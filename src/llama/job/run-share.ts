import { setTimeout as delay } from "node:timers/promises";
import { complete, type DoneEvent, type Engine } from "../engine.ts";
import { reasonOf } from "../errors.ts";
import { arrivalTimes } from "../load/arrivals.ts";
import { BUILT_IN_PROMPTS } from "../prompts.ts";
import type { Recorder } from "../stats/recorder.ts";
import { runRecorded } from "../stats/run-recorded.ts";
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

/** How to run a share. */
export interface ShareOptions
	extends Pick<JobOptions, "inflight" | "maxTokens" | "temperature" | "seed">,
		Partial<Pick<JobOptions, "rate" | "burstiness">> {
	readonly rank: number;
	readonly recorder: Recorder;
	/** Called for each result as it comes. */
	readonly onResult?: (result: Result) => void;
}

/**
 * Runs a rank's share, `inflight` requests at a time. With a rate each starts when it is due, or as soon as there is
 * room. Every item ends exactly once, as a result or as an error: this never rejects because of a request.
 */
export async function runShare(
	engine: Engine,
	share: readonly WorkItem[],
	options: ShareOptions,
): Promise<Result[]> {
	const { rank, inflight, maxTokens, temperature, seed, rate, burstiness, recorder, onResult } = options;
	const results: Result[] = [];
	const start = performance.now();
	const arrivalOf =
		rate === undefined
			? undefined
			: arrivalTimes({ rate, seed, ...(burstiness === undefined ? {} : { burstiness }) });
	// One iterator for all workers: each takes the next item that nobody has taken.
	const queue = share.values();
	const worker = async () => {
		for (const { index, prompt } of queue) {
			const dueMs = arrivalOf === undefined ? undefined : start + arrivalOf(index);
			if (dueMs !== undefined) await until(dueMs);
			let result: Result;
			try {
				const sampling = { maxTokens, temperature, seed: seed + index };
				result = success(
					index,
					rank,
					await runRecorded(recorder, engine, prompt, sampling, { index, dueMs }),
				);
			} catch (error) {
				result = failure(index, rank, reasonOf(error));
			}
			results.push(result);
			onResult?.(result);
		}
	};
	await Promise.all(Array.from({ length: Math.min(inflight, share.length) }, worker));
	return results;
}

async function until(timeMs: number): Promise<void> {
	// A timer may go off a little before its time.
	for (let left = timeMs - performance.now(); left > 0; left = timeMs - performance.now()) await delay(left);
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
