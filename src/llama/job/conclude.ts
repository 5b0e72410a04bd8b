import type { SweepAxis } from "../load/sweep.ts";
import { writeReport, writeText } from "../report/outputs.ts";
import { formatSweep, jsonSweep, markdownSweep, type SweepRow } from "../report/sweep.ts";
import { formatReport } from "../report/text.ts";
import type { RankStatistics } from "../stats/recorder.ts";
import { mergeStatistics, type Report } from "../stats/report.ts";
import type { SettingRun } from "./for-each-setting.ts";
import type { JobOptions } from "./options.ts";
import type { Result } from "./run-share.ts";
import { describeModel } from "./start-engines.ts";

/** What a rank hands in when its share is done. */
export interface ShareOutcome {
	readonly results: readonly Result[];
	readonly statistics: RankStatistics;
}

/** Merges what rank 0 has gathered into one report. */
export function makeReport(
	statistics: readonly RankStatistics[],
	options: Pick<JobOptions, "model" | "engine" | "inflight" | "rate" | "burstiness" | "slo" | "minSuccess">,
): Report {
	const { inflight, slo, minSuccess } = options;
	const load = describeLoad(options);
	return mergeStatistics(statistics, {
		...describeModel(options, statistics[0]?.engine),
		inflight,
		load,
		slo,
		minSuccess,
	});
}

/** All ranks' results in the order of the prompts. */
export function inPromptOrder(outcomes: readonly ShareOutcome[]): Result[] {
	return outcomes.flatMap(({ results }) => results).sort((a, b) => a.index - b.index);
}

/**
 * Prints the report and writes every file that the options ask for, on rank 0; the exit code is 1 if a target was
 * missed. Of a sweep it is one table, with a line for each setting.
 */
export async function conclude(
	runs: readonly SettingRun<readonly ShareOutcome[] | undefined>[],
	{ out, sweep, json, md, ...options }: JobOptions,
): Promise<void> {
	const rows: SweepRow[] = [];
	for (const { setting, options: run, value: outcomes = [] } of runs) {
		const statistics = outcomes.map((outcome) => outcome.statistics);
		const report = makeReport(statistics, run);
		if (report.missed.length > 0) process.exitCode = 1;
		if (setting !== undefined) {
			rows.push({ setting: setting.label, report });
			continue;
		}
		if (out !== undefined) {
			const lines = inPromptOrder(outcomes).map((result) => `${JSON.stringify(result)}\n`);
			await writeText(out, lines.join(""));
		}
		await writeReport(report, statistics, { ...options, json, md });
		process.stdout.write(formatReport(report));
	}
	if (sweep !== undefined) await concludeSweep(sweep.axis, rows, { json, md });
}

async function concludeSweep(
	axis: SweepAxis,
	rows: readonly SweepRow[],
	{ json, md }: Pick<JobOptions, "json" | "md">,
): Promise<void> {
	if (json !== undefined)
		await writeText(json, `${JSON.stringify(jsonSweep(axis, rows), undefined, "\t")}\n`);
	if (md !== undefined) await writeText(md, markdownSweep(axis, rows));
	process.stdout.write(formatSweep(axis, rows));
}

/** One answer as one line, with its rank. */
export function formatResult({ index, rank, text, error }: Result): string {
	return `[rank ${rank}] ${index}: ${error === null ? JSON.stringify(text) : `error: ${error}`}\n`;
}

function describeLoad({ rate, burstiness }: Pick<JobOptions, "rate" | "burstiness">): string {
	if (rate === undefined) return "closed loop: the next request starts when one ends";
	const gaps =
		burstiness === 1
			? "Poisson"
			: burstiness === Number.POSITIVE_INFINITY
				? "evenly"
				: `burstiness ${burstiness}`;
	return `open loop: ${rate} requests/s, ${gaps}; latency counts from when a request was due`;
}
