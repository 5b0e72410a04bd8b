/** `tsmpi/llama`: a llama.cpp engine per rank, jobs of many prompts, and their statistics. */

export type { Result } from "./batch/answer-line.ts";
export type { BatchCounts, BatchOptions } from "./batch/batch.ts";
export { Batch } from "./batch/batch.ts";
export { BUILT_IN_PROMPTS } from "./batch/built-in-prompts.ts";
export type { OpenBatchOptions } from "./batch/open-batch.ts";
export { openBatch } from "./batch/open-batch.ts";
export type { BatchOutcome, Ending } from "./batch/outcome.ts";
export type { BadLine, BatchRequest } from "./batch/request.ts";
export { runBatch } from "./batch/run-batch.ts";
export type { RunBatchOptions } from "./batch/run-options.ts";
export { DeadlineEngine } from "./engine/deadline.ts";
export type { EndpointOptions } from "./engine/endpoint/connect.ts";
export { connectEndpoint } from "./engine/endpoint/engine.ts";
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
} from "./engine/engine.ts";
export { complete } from "./engine/engine.ts";
export { findLlamaServer } from "./engine/llama-server/find.ts";
export type { EngineOptions } from "./engine/options.ts";
export { RestartingEngine } from "./engine/restarting.ts";
export type { StartEngineOptions } from "./engine/start.ts";
export { startEngine } from "./engine/start.ts";
export type { EngineErrorCode } from "./errors.ts";
export { EngineError, JobError } from "./errors.ts";
export { conclude, formatEnding, makeReport, printEnding } from "./job/conclude.ts";
export type { EngineChoice } from "./job/engine-options.ts";
export type { SettingRun } from "./job/for-each-setting.ts";
export { forEachSetting } from "./job/for-each-setting.ts";
export type { JobOptions } from "./job/options.ts";
export { parseOptions } from "./job/options.ts";
export type { HostShare } from "./job/placement.ts";
export { shareHost } from "./job/placement.ts";
export { prepareReport } from "./job/prepare-report.ts";
export type { Progress } from "./job/progress-bar.ts";
export { canShowProgress, startProgress } from "./job/progress-bar.ts";
export type { StartOptions } from "./job/start-engines.ts";
export { startEngines } from "./job/start-engines.ts";
export type { Setting, Sweep, SweepAxis } from "./job/sweep.ts";
export { parseSweep } from "./job/sweep.ts";
export { atRoot, everywhere, fromRoot, runJob } from "./job/together.ts";
export { warmUp } from "./job/warm-up.ts";
export type { ClockOffset, RunningClock } from "./measure/clock.ts";
export { startClock } from "./measure/clock.ts";
export type { DigestData, Summary } from "./measure/digest.ts";
export { Digest, summarise } from "./measure/digest.ts";
export type { GpuUse, GpuWatch } from "./measure/gpu.ts";
export { watchGpus } from "./measure/gpu.ts";
export type { Measurement, MeasureOptions } from "./measure/measure.ts";
export { startMeasurement } from "./measure/measure.ts";
export type { CacheMeasurement, MeasureCacheOptions } from "./measure/measure-cache.ts";
export { measureCache } from "./measure/measure-cache.ts";
export type { Quantity, RankStatistics, RecorderOptions, RequestRecord } from "./measure/recorder.ts";
export { Recorder } from "./measure/recorder.ts";
export type {
	CacheFigures,
	Delivery,
	RankReport,
	Report,
	ReportContext,
	ReportFigures,
} from "./measure/report.ts";
export { mergeStatistics } from "./measure/report.ts";
export type { RequestLabel } from "./measure/run-recorded.ts";
export { runRecorded } from "./measure/run-recorded.ts";
export type { Latency, Slo } from "./measure/slo.ts";
export { describeSlo, keeps, parseSlo } from "./measure/slo.ts";
export type { Span } from "./measure/spans.ts";
export type { Outcomes, Targets } from "./measure/targets.ts";
export { missedTargets } from "./measure/targets.ts";
export type { TokenRateData } from "./measure/token-rate.ts";
export { DEMO_MODEL_NOTE, ensureDemoModel } from "./model/demo/cache.ts";
export type { PresetName } from "./model/demo/presets.ts";
export { writeDemoModel } from "./model/demo/write.ts";
export type { ModelFacts } from "./model/gguf/validate.ts";
export { validateModel } from "./model/gguf/validate.ts";
export type { Answer } from "./openai/answer.ts";
export type { Failure, FailureCode } from "./openai/failure.ts";
export type { RequestKind } from "./openai/kind.ts";
export { parsePrompt } from "./openai/prompt.ts";
export type { EmbedTask, GenerateTask, Task } from "./openai/task.ts";
export { jsonReport } from "./report/json.ts";
export { markdownReport } from "./report/markdown.ts";
export type { ReportFiles } from "./report/outputs.ts";
export { writeReport } from "./report/outputs.ts";
export { formatReport } from "./report/text.ts";
export type { ArrivalOptions } from "./schedule/arrivals.ts";
export { arrivals, arrivalTimes } from "./schedule/arrivals.ts";
export type { Assignment, Item, Measured } from "./schedule/item.ts";
export type { Policy } from "./schedule/policies.ts";
export { POLICIES } from "./schedule/policies.ts";
export type { ScheduleCounts, SchedulerOptions } from "./schedule/scheduler.ts";
export { Scheduler } from "./schedule/scheduler.ts";
