/** `tsmpi/llama`: a llama.cpp engine per rank, jobs of many prompts, and their statistics. */
export { DEMO_MODEL_NOTE, ensureDemoModel } from "./demo-model/cache.ts";
export type { PresetName } from "./demo-model/presets.ts";
export { writeDemoModel } from "./demo-model/write.ts";
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
export { formatResult, inPromptOrder, makeReport, writeOutputs } from "./job/conclude.ts";
export type { JobOptions } from "./job/options.ts";
export { parseOptions } from "./job/options.ts";
export type { HostShare } from "./job/placement.ts";
export { shareHost } from "./job/placement.ts";
export type { Progress } from "./job/progress.ts";
export { canShowProgress, startProgress } from "./job/progress.ts";
export type { Result, ShareOptions, ShareOutcome } from "./job/run-share.ts";
export { runShare, warmUp } from "./job/run-share.ts";
export type { StartOptions } from "./job/start-engines.ts";
export { startEngines } from "./job/start-engines.ts";
export type { WorkItem } from "./job/work.ts";
export { loadWork, roundRobin } from "./job/work.ts";
export type { EngineOptions } from "./node-llama-cpp/options.ts";
export { BUILT_IN_PROMPTS, parsePrompts, readPrompts } from "./prompts.ts";
export { RestartingEngine } from "./restarting-engine.ts";
export type { StartEngineOptions } from "./start-engine.ts";
export { startEngine } from "./start-engine.ts";
export type { DigestData, Summary } from "./stats/digest.ts";
export { Digest } from "./stats/digest.ts";
export { formatReport } from "./stats/format.ts";
export type { Quantity, RankStatistics } from "./stats/recorder.ts";
export { Recorder } from "./stats/recorder.ts";
export type { RankReport, Report, ReportContext, ReportFigures } from "./stats/report.ts";
export { mergeStatistics } from "./stats/report.ts";
