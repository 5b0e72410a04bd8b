/** `tsmpi/llama`: a llama.cpp engine per rank, jobs of many prompts, and their statistics. */

export type { Batch, BatchCounts, BatchOptions, DoneBatch } from "./batch/batch.ts";
export { BUILT_IN_PROMPTS } from "./batch/files/built-in-prompts.ts";
export type { BadLine, BatchRequest } from "./batch/files/request.ts";
export type { OpenBatchOptions } from "./batch/open-batch.ts";
export { openBatch } from "./batch/open-batch.ts";
export type { BatchOutcome, Ending } from "./batch/outcome.ts";
export type { Result, ResultChoice } from "./batch/output/plain-line.ts";
export { runBatch } from "./batch/run-batch.ts";
export type { RunBatchOptions } from "./batch/run-options.ts";
export type { BatchWatch } from "./batch/watch.ts";
export { complete } from "./engine/complete.ts";
export type { EndpointOptions } from "./engine/endpoint/connect.ts";
export { connectEndpoint } from "./engine/endpoint/engine.ts";
export type {
	Completion,
	DoneEvent,
	EmbedOptions,
	Engine,
	EngineInfo,
	FinishReason,
	GenerateEvent,
	GenerateOptions,
	Limit,
	ReasoningEvent,
	Timings,
	TokenEvent,
	TokenizeOptions,
	Usage,
} from "./engine/engine.ts";
export { findLlamaServer } from "./engine/llama-server/find.ts";
export type { EngineOptions, GpuChoice, GpuLayers } from "./engine/options.ts";
export type { ChatMessage, ContentPart, Prompt } from "./engine/prompt.ts";
export type { ChatOptions, SamplingOptions, TokenChance, TokenLogprob } from "./engine/sampling.ts";
export type { StartEngineOptions } from "./engine/start/start-engine.ts";
export { startEngine } from "./engine/start/start-engine.ts";
export type { EngineErrorCode, EngineErrorData, EngineErrorOptions, JobErrorCode } from "./errors.ts";
export { EngineError, JobError } from "./errors.ts";
export type { ServeOptions } from "./gateway/options.ts";
export type { Server } from "./gateway/server.ts";
export type { ConcludeOptions } from "./job/conclude.ts";
export { conclude, prepareReport } from "./job/conclude.ts";
export type { EngineChoice } from "./job/engine-options.ts";
export type {
	ForEachSettingOptions,
	Setting,
	SettingChanges,
	SettingRun,
	Sweep,
} from "./job/for-each-setting.ts";
export { forEachSetting } from "./job/for-each-setting.ts";
export type { JobMetrics, ServeMetricsOptions } from "./job/metrics/serve-metrics.ts";
export { serveMetrics } from "./job/metrics/serve-metrics.ts";
export { nothingLeft } from "./job/nothing-left.ts";
export type { JobOptions } from "./job/options.ts";
export { parseOptions } from "./job/options.ts";
export { prepareEngines, prepareJob } from "./job/prepare-engines.ts";
export type { Interrupt } from "./job/process/interrupt.ts";
export { interruptible } from "./job/process/interrupt.ts";
export { atRoot, everywhere, fromRoot, runJob } from "./job/process/together.ts";
export { jobOptions } from "./job/same-options.ts";
export { openServer } from "./job/serve/open-server.ts";
export type { ServeSettings } from "./job/serve/options.ts";
export { parseServeOptions, serveOptions } from "./job/serve/options.ts";
export { prepareServer } from "./job/serve/prepare-server.ts";
export { runServer } from "./job/serve/run-server.ts";
export type { JobSettings } from "./job/settings.ts";
export { jobSettings } from "./job/settings.ts";
export type { ShowLoadingOptions } from "./job/show/loading.ts";
export { showLoading } from "./job/show/loading.ts";
export { printEnding } from "./job/show/print-ending.ts";
export type { BytesRead, ProgressSource } from "./job/show/progress.ts";
export type { ProgressBar, ProgressBarOptions } from "./job/show/progress-bar.ts";
export { startProgressBar } from "./job/show/progress-bar.ts";
export type { HostShare, ShareHostOptions } from "./job/start/placement.ts";
export { shareHost } from "./job/start/placement.ts";
export type { StartEnginesOptions } from "./job/start-engines.ts";
export { startEngines } from "./job/start-engines.ts";
export type { WarmUpOptions } from "./job/warm-up.ts";
export { warmUp } from "./job/warm-up.ts";
export type { LoadOptions, LoadRoute } from "./load/command-line/options.ts";
export { loadOptions } from "./load/command-line/options.ts";
export type { LoadPlan } from "./load/plan.ts";
export { planLoad } from "./load/plan.ts";
export type { LoadReportOptions } from "./load/report.ts";
export { loadReport } from "./load/report.ts";
export type { LoadOutcome, RunLoadOptions } from "./load/run-load.ts";
export { runLoad } from "./load/run-load.ts";
export type { ClockOffset } from "./measure/clock.ts";
export type { CutCounts } from "./measure/counts/cut-counts.ts";
export type { FailureCount, LocatedFailure } from "./measure/counts/failure-counts.ts";
export type { FieldCount } from "./measure/counts/field-counts.ts";
export type { DigestData, Summary } from "./measure/distribution/digest.ts";
export { Digest, summarise } from "./measure/distribution/digest.ts";
export type { TokenRateData } from "./measure/distribution/token-rate.ts";
export type { GpuUse } from "./measure/gpu.ts";
export type { Measurement, MeasureOptions } from "./measure/measure.ts";
export { startMeasurement } from "./measure/measure.ts";
export type { CacheMeasurement, MeasureCacheOptions } from "./measure/measure-cache.ts";
export { measureCache } from "./measure/measure-cache.ts";
export type { ReportContext } from "./measure/merge-statistics.ts";
export { mergeStatistics } from "./measure/merge-statistics.ts";
export type {
	Quantity,
	RankStatistics,
	RecordedChoice,
	Recorder,
	RequestRecord,
} from "./measure/recorder.ts";
export type {
	CacheFigures,
	Delivery,
	RankReport,
	Report,
	ReportFigures,
} from "./measure/report.ts";
export type { RunFacts, SamplingFacts } from "./measure/run-facts.ts";
export type { RequestLabel } from "./measure/run-recorded.ts";
export { runRecorded } from "./measure/run-recorded.ts";
export type { Slo } from "./measure/slo.ts";
export type { Span } from "./measure/spans.ts";
export type { Targets } from "./measure/targets.ts";
export { DEMO_MODEL_NOTE, ensureDemoModel } from "./model/demo/cache.ts";
export type { PresetName } from "./model/demo/presets.ts";
export { writeDemoModel } from "./model/demo/write.ts";
export type { ModelFacts } from "./model/gguf/validate.ts";
export { validateModel } from "./model/gguf/validate.ts";
export type { Answer } from "./openai/answer.ts";
export type { Failure, FailureCode } from "./openai/failure.ts";
export type { RequestKind } from "./openai/kind.ts";
export { parsePrompt } from "./openai/request/prompt.ts";
export type { EmbedTask, GenerateTask, PlainPrompt, Task } from "./openai/task.ts";
export { jsonReport } from "./report/json.ts";
export { markdownReport } from "./report/markdown.ts";
export type { ReportFiles } from "./report/outputs.ts";
export { writeReport } from "./report/outputs.ts";
export { formatReport } from "./report/text.ts";
export type { ArrivalOptions } from "./schedule/arrivals.ts";
export { arrivals } from "./schedule/arrivals.ts";
export type { Policy } from "./schedule/policies.ts";
