/** `tsmpi/llama`: a llama.cpp engine per rank, jobs of many prompts, and their statistics. */

export type { Answer, Failure, Result } from "./batch/answer-line.ts";
export type { BatchCounts, BatchOptions } from "./batch/batch.ts";
export { Batch } from "./batch/batch.ts";
export type { BadLine, EmbedTask, Endpoint, GenerateTask, Request, Task } from "./batch/request.ts";

export { DeadlineEngine } from "./deadline-engine.ts";

export { DEMO_MODEL_NOTE, ensureDemoModel } from "./demo-model/cache.ts";
export type { PresetName } from "./demo-model/presets.ts";
export { writeDemoModel } from "./demo-model/write.ts";
export type { BatchOutcome, Ending, RunBatchOptions } from "./dispatch/run-batch.ts";
export { runBatch } from "./dispatch/run-batch.ts";
export type { EndpointOptions } from "./endpoint/connect.ts";
export { connectEndpoint } from "./endpoint/engine.ts";
export type {
	DoneEvent,
	EmbedOptions,
	Engine,
	EngineInfo,
	FinishReason,
	GenerateEvent,
	GenerateOptions,
	Message,
	Prompt,
	Timings,
	TokenEvent,
	Usage,
} from "./engine.ts";
export { complete } from "./engine.ts";
export type { EngineErrorCode } from "./errors.ts";
export { EngineError, JobError } from "./errors.ts";
export type { ModelFacts } from "./gguf/validate.ts";
export { validateModel } from "./gguf/validate.ts";
export { atRoot, everywhere, fromRoot, runJob } from "./job/agreement.ts";

export { conclude, formatEnding, makeReport, printEnding } from "./job/conclude.ts";

export type { EngineChoice } from "./job/engine-options.ts";

export type { SettingRun } from "./job/for-each-setting.ts";
export { forEachSetting } from "./job/for-each-setting.ts";
export type { OpenBatchOptions } from "./job/open-batch.ts";
export { openBatch } from "./job/open-batch.ts";
export type { JobOptions } from "./job/options.ts";
export { parseOptions } from "./job/options.ts";
export type { HostShare } from "./job/placement.ts";
export { shareHost } from "./job/placement.ts";
export type { Progress } from "./job/progress.ts";
export { canShowProgress, startProgress } from "./job/progress.ts";
export type { StartOptions } from "./job/start-engines.ts";
export { startEngines } from "./job/start-engines.ts";
export { warmUp } from "./job/warm-up.ts";
export { findLlamaServer } from "./llama-server/find.ts";
export type { ArrivalOptions } from "./load/arrivals.ts";
export { arrivals, arrivalTimes } from "./load/arrivals.ts";
export type { CacheMeasurement, MeasureCacheOptions } from "./load/measure-cache.ts";
export { measureCache } from "./load/measure-cache.ts";
export type { Setting, Sweep, SweepAxis } from "./load/sweep.ts";
export { parseSweep } from "./load/sweep.ts";
export type { EngineOptions } from "./node-llama-cpp/options.ts";
export { BUILT_IN_PROMPTS, parsePrompt } from "./prompts.ts";
export { jsonReport } from "./report/json.ts";
export { markdownReport } from "./report/markdown.ts";
export type { ReportFiles } from "./report/outputs.ts";
export { writeReport } from "./report/outputs.ts";
export { formatReport } from "./report/text.ts";
export { RestartingEngine } from "./restarting-engine.ts";
export type { Assignment, Item, Measured } from "./schedule/item.ts";
export type { Policy, ScheduleCounts, SchedulerOptions } from "./schedule/scheduler.ts";
export { POLICIES, Scheduler } from "./schedule/scheduler.ts";
export type { StartEngineOptions } from "./start-engine.ts";
export { startEngine } from "./start-engine.ts";
export type { ClockOffset, RunningClock } from "./stats/clock.ts";
export { startClock } from "./stats/clock.ts";
export type { DigestData, Summary } from "./stats/digest.ts";
export { Digest, summarise } from "./stats/digest.ts";
export type { GpuUse, GpuWatch } from "./stats/gpu.ts";
export { watchGpus } from "./stats/gpu.ts";
export type { Measurement, MeasureOptions } from "./stats/measure.ts";
export { startMeasurement } from "./stats/measure.ts";
export type { Quantity, RankStatistics, RecorderOptions, RequestRecord } from "./stats/recorder.ts";
export { Recorder } from "./stats/recorder.ts";
export type {
	CacheFigures,
	Delivery,
	RankReport,
	Report,
	ReportContext,
	ReportFigures,
} from "./stats/report.ts";
export { mergeStatistics } from "./stats/report.ts";
export type { RequestLabel } from "./stats/run-recorded.ts";
export { runRecorded } from "./stats/run-recorded.ts";
export type { Latency, Slo } from "./stats/slo.ts";
export { describeSlo, keeps, parseSlo } from "./stats/slo.ts";
export type { Span } from "./stats/spans.ts";
export type { Outcomes, Targets } from "./stats/targets.ts";
export { missedTargets } from "./stats/targets.ts";
export type { TokenRateData } from "./stats/token-rate.ts";
