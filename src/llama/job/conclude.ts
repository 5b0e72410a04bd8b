import type { BatchOutcome, Ending } from "../batch/outcome.ts";
import { mergeStatistics, type Report } from "../measure/report.ts";
import { writeReport, writeText } from "../report/outputs.ts";
import { formatSweep, jsonSweep, markdownSweep, type SweepRow } from "../report/sweep.ts";
import { formatReport } from "../report/text.ts";
import type { SettingRun } from "./for-each-setting.ts";
import type { JobOptions } from "./options.ts";
import { describeModel } from "./start-engines.ts";
import type { SweepAxis } from "./sweep.ts";

/** Merges what rank 0 has gathered into one report. */
export function makeReport(
	{ statistics, delivery }: BatchOutcome,
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
		delivery,
	});
}

/**
 * Prints the report and writes every file that the options ask for, on rank 0; the exit code is 1 if a target was
 * missed. Of a sweep it is one table, with a line for each setting.
 */
export async function conclude(
	runs: readonly SettingRun<BatchOutcome | undefined>[],
	{ sweep, json, md, ...options }: JobOptions,
): Promise<void> {
	const rows: SweepRow[] = [];
	for (const { setting, options: run, value: outcome } of runs) {
		if (outcome === undefined) continue;
		const report = makeReport(outcome, run);
		if (report.missed.length > 0) process.exitCode = 1;
		if (setting !== undefined) {
			rows.push({ setting: setting.label, report });
			continue;
		}
		await writeReport(report, outcome.statistics, { ...options, json, md });
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

/** How a request ended, as one line. */
export function formatEnding({ request, rank, answer, failure }: Ending): string {
	const where = rank === null ? "" : `[rank ${rank}] `;
	const text =
		failure !== undefined
			? `error: ${failure.message}`
			: answer?.kind === "generated"
				? JSON.stringify(answer.done.text)
				: `${answer?.embeddings.length ?? 0} embeddings`;
	return `${where}${request.customId ?? "(no custom_id)"}: ${text}\n`;
}

/** Prints how a request ended; a promise while the reader is behind. */
export function printEnding(ending: Ending): Promise<void> | undefined {
	if (process.stdout.write(formatEnding(ending))) return undefined;
	return new Promise((resolve) => process.stdout.once("drain", resolve));
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
