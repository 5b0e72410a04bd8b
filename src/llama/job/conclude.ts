import {
	checkArgument,
	checkOptions,
	either,
	type Kind,
	type Kinds,
	listOf,
	MPI,
	numberFrom,
	objectWith,
	TEXT,
} from "../../base/check-types.ts";
import type { Mpi } from "../../index.ts";
import type { BatchOutcome } from "../batch/outcome.ts";
import { mergeStatistics } from "../measure/merge-statistics.ts";
import type { Report } from "../measure/report.ts";
import type { RunFacts, SamplingFacts } from "../measure/run-facts.ts";
import { TARGETS, type Targets } from "../measure/targets.ts";
import { REPORT_FILES, type ReportFiles, touchReportFiles, writeReport } from "../report/outputs.ts";
import { formatSweep, type SweepRow, writeSweep } from "../report/sweep.ts";
import { formatReport } from "../report/text.ts";
import { openLoopText } from "../schedule/arrivals.ts";
import type { Setting, SettingRun } from "./for-each-setting.ts";
import { runFacts } from "./process/run-facts.ts";
import { atRoot } from "./process/together.ts";

/** What a job's report says besides what was measured, where it goes, and what must be reached. */
export interface ConcludeOptions extends ReportFiles, Targets {
	/** How the model is called. @default as the engine of rank 0 calls it */
	readonly model?: string | undefined;
	/** Something to know about the model, such as `DEMO_MODEL_NOTE`. @default none */
	readonly modelNote?: string | undefined;
	/** Requests that a rank ran at the same time. @default the slots of rank 0's engine */
	readonly inflight?: number | undefined;
	/** Requests per second of an open loop, as `runBatch` had it. @default a closed loop */
	readonly rate?: number | undefined;
	/** As `runBatch` had it. @default 1 */
	readonly burstiness?: number | undefined;
	/** How the requests came, in words. @default what `rate` and `burstiness` say */
	readonly load?: string | undefined;
	/** What the runs of a sweep differ in. @default "setting" */
	readonly sweep?: string | undefined;
	/** How requests were shared out, as `runBatch` had it. @default not said */
	readonly policy?: string | undefined;
	/** What requests were sampled with where they did not say. @default not said */
	readonly sampling?: SamplingFacts | undefined;
}

const OPTIONS: Kinds<ConcludeOptions> = {
	...REPORT_FILES,
	...TARGETS,
	model: TEXT,
	modelNote: TEXT,
	inflight: numberFrom(0),
	rate: numberFrom(0),
	burstiness: numberFrom(0),
	load: TEXT,
	sweep: TEXT,
	policy: TEXT,
	sampling: objectWith("{ temperature, top_p, top_k, min_p, seed, max_tokens }", "seed"),
};

/** What `runBatch` gives, or `runLoad`, which delivers nothing. */
export type ConcludedOutcome = Pick<BatchOutcome, "statistics" | "interrupted"> &
	Partial<Pick<BatchOutcome, "delivery" | "ignored" | "resumable">>;

const OUTCOME: Kind = objectWith("what runBatch gave", "statistics");
const OUTCOMES: Kind = either(
	OUTCOME,
	listOf("what forEachSetting gave", objectWith("", "setting", "value")),
);

/**
 * Sees to it that every file of a job's report can be written, before any time is spent. Collective: a file that cannot
 * be written ends the job on every rank. Files that are not there are made, those that are stay as they are.
 *
 * @param options Those of `conclude`.
 * @throws {JobError} on every rank, naming the file that cannot be written.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function prepareReport(mpi: Mpi, options: ConcludeOptions = {}): Promise<void> {
	checkArgument("prepare a report", "mpi", mpi, MPI);
	checkOptions("prepare a report", options, OPTIONS);
	await atRoot(mpi.world, () => touchReportFiles(options));
}

/**
 * Prints a job's report on stdout and writes the files that are asked for. If a target was missed, `process.exitCode`
 * is 1. Several runs of a sweep give one table with a line for each, and of the files `json` and `md` only. Where there
 * is no outcome, which is on all ranks but 0, it does nothing.
 *
 * @param result What `runBatch` or `runLoad` gave, or what `forEachSetting` gave of it.
 * @throws {JobError} naming a file that cannot be written.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function conclude(
	result: ConcludedOutcome | undefined | readonly SettingRun<ConcludedOutcome | undefined>[],
	options: ConcludeOptions = {},
): Promise<void> {
	if (result === undefined) return;
	checkArgument("conclude a job", "its outcome", result, OUTCOMES);
	checkOptions("conclude a job", options, OPTIONS);
	const runs = "statistics" in result ? [{ setting: undefined, value: result }] : result;
	const rows: SweepRow[] = [];
	for (const { setting, value: outcome } of runs) {
		if (outcome === undefined) continue;
		const report = makeReport(outcome, options, setting);
		// An interrupted process has its exit code already.
		if (report.missed.length > 0) process.exitCode ??= 1;
		if (setting !== undefined) {
			rows.push({ setting: setting.label, report });
			continue;
		}
		await writeReport(report, outcome.statistics, filesOf(options));
		process.stdout.write(formatReport(report));
	}
	if (rows.length === 0) return;
	const { sweep = "setting" } = options;
	await writeSweep(sweep, rows, filesOf(options));
	process.stdout.write(formatSweep(sweep, rows));
}

/** Merges what rank 0 has gathered of one run into its report. */
export function makeReport(
	{ statistics, delivery, ignored, interrupted, resumable }: ConcludedOutcome,
	{ slo, minSuccess, rate, burstiness, policy, sampling, ...options }: ConcludeOptions,
	setting: Setting | undefined,
): Report {
	const { model = options.model, inflight = options.inflight } = setting?.changes ?? {};
	const modelNote = setting?.changes.model === undefined ? options.modelNote : undefined;
	const { load = loadText(rate, burstiness) } = options;
	const run: RunFacts = {
		...runFacts(),
		...(sampling === undefined ? {} : { sampling }),
		...(policy === undefined ? {} : { policy }),
	};
	return mergeStatistics(statistics, {
		...{ model, modelNote, inflight, load, slo, minSuccess, delivery },
		...{ ignored, run, interrupted, resumable: resumable && setting === undefined },
	});
}

/** What goes to which file. */
export function filesOf({ json, md, html, trace }: ReportFiles): ReportFiles {
	return { json, md, html, trace };
}

function loadText(rate: number | undefined, burstiness: number | undefined): string {
	if (rate === undefined) return "closed loop: the next request starts when one ends";
	return openLoopText({ rate, ...(burstiness === undefined ? {} : { burstiness }) });
}
