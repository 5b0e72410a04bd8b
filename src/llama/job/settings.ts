import { basename } from "node:path";
import { BUILT_IN_TOKENS } from "../batch/files/built-in-prompts.ts";
import type { OpenBatchOptions } from "../batch/open-batch.ts";
import type { RunBatchOptions } from "../batch/run-options.ts";
import type { MeasureOptions } from "../measure/measure.ts";
import { DEMO_MODEL_LABEL, DEMO_MODEL_NOTE } from "../model/demo/cache.ts";
import type { ConcludeOptions } from "./conclude.ts";
import type { Setting } from "./for-each-setting.ts";
import type { ServeMetricsOptions } from "./metrics/serve-metrics.ts";
import type { JobOptions } from "./options.ts";
import { samplingFacts } from "./process/run-facts.ts";
import type { StartEnginesOptions } from "./start-engines.ts";
import type { WarmUpOptions } from "./warm-up.ts";

/** What a job's command line means for each part of the library. */
export interface JobSettings {
	/** For `startEngines`. */
	readonly engine: StartEnginesOptions;
	/** For `warmUp`. */
	readonly warmUp: WarmUpOptions;
	/** For `startMeasurement`. */
	readonly measure: MeasureOptions;
	/** For `openBatch`. */
	readonly batch: OpenBatchOptions;
	/** For `serveMetrics`. */
	readonly metrics: ServeMetricsOptions;
	/** For `runBatch`, without what only the program knows. */
	readonly run: Omit<RunBatchOptions, "measurement" | "onEnd" | "watch">;
	/** For `prepareReport` and `conclude`. */
	readonly report: ConcludeOptions;
}

/**
 * Sorts the options of a command line by the part of the library that they are for. The only place that knows both.
 *
 * @param options What `parseOptions` gave.
 * @param setting Of a sweep: what it changes takes the place of what the options say.
 */
export function jobSettings(options: JobOptions, setting?: Setting): JobSettings {
	const job = { ...options, ...setting?.changes };
	const { model, inflight, maxTokens, temperature, topP, topK, minP, seed, slo, rate, burstiness } = job;
	const { gpu, gpuLayers, contextSize, threads, engine, llamaServer, engineArgs } = job;
	const { endpoints, apiKeyFile, requestTimeout, maxRestarts } = job;
	const { json, md, html, trace } = job;
	const batch: OpenBatchOptions = {
		...{ in: job.prompts, out: job.out, requests: job.requests, inFormat: job.inFormat },
		...{ promptField: job.promptField, promptTemplate: job.promptTemplate, keepFields: job.keepFields },
		...{ system: job.system, raw: job.raw, ignoreUnknown: job.ignoreUnknown },
		...{ maxTokens, temperature, topP, topK, minP, seed, endpoint: options.engine === "endpoint" },
		...{ resume: job.resume, retryFailed: job.retryFailed, ordered: job.ordered },
	};
	const isDemo = options.model === undefined && options.engine !== "endpoint";
	const modelName =
		options.models.length > 1
			? options.models.join(", ")
			: (options.model ?? (isDemo ? DEMO_MODEL_LABEL : undefined));
	const servedName = options.models.map(labelOf).join(", ") || (isDemo ? DEMO_MODEL_LABEL : "endpoint");
	return {
		engine: {
			...{ model, gpu, gpuLayers, contextSize, threads, slots: inflight, engine, llamaServer, engineArgs },
			...{ endpoints, apiKeyFile, requestTimeout, maxRestarts },
		},
		warmUp: { requests: job.warmup, inflight, maxTokens: maxTokens ?? BUILT_IN_TOKENS, temperature, seed },
		measure: { slo, timeline: html !== undefined || trace !== undefined },
		batch,
		metrics: { port: job.metricsPort, host: job.metricsHost, model: servedName },
		run: { policy: job.policy, inflight, model, rate, burstiness, seed },
		report: {
			model: modelName,
			modelNote: isDemo ? DEMO_MODEL_NOTE : undefined,
			...{ inflight, rate, burstiness, slo, minSuccess: job.minSuccess, sweep: options.sweep?.axis },
			...{ json, md, html, trace, policy: job.policy, sampling: samplingFacts(batch) },
		},
	};
}

/** Which model, not where its file is, nor what an address has behind its name. */
function labelOf(model: string): string {
	return basename(model.replace(/[?#].*/s, ""));
}
