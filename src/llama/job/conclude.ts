import { writeFile } from "node:fs/promises";
import { JobError, reasonOf } from "../errors.ts";
import { mergeStatistics, type Report } from "../stats/report.ts";
import type { JobOptions } from "./options.ts";
import type { Result, ShareOutcome } from "./run-share.ts";
import { describeModel } from "./start-engines.ts";

/** Merges what rank 0 has gathered into one report. */
export function makeReport(
	outcomes: readonly ShareOutcome[],
	options: Pick<JobOptions, "model" | "inflight">,
): Report {
	return mergeStatistics(
		outcomes.map(({ statistics }) => statistics),
		{
			...describeModel(options.model),
			inflight: options.inflight,
			wallMs: Math.max(...outcomes.map(({ wallMs }) => wallMs)),
		},
	);
}

/** All ranks' results in the order of the prompts. */
export function inPromptOrder(outcomes: readonly ShareOutcome[]): Result[] {
	return outcomes.flatMap(({ results }) => results).sort((a, b) => a.index - b.index);
}

/** Writes what `--out` and `--json` ask for. */
export async function writeOutputs(
	outcomes: readonly ShareOutcome[],
	report: Report,
	{ out, json }: Pick<JobOptions, "out" | "json">,
): Promise<void> {
	if (out !== undefined) {
		const lines = inPromptOrder(outcomes).map((result) => `${JSON.stringify(result)}\n`);
		await write(out, lines.join(""));
	}
	if (json !== undefined) await write(json, `${JSON.stringify(report, undefined, "\t")}\n`);
}

/** One answer as one line, with its rank. */
export function formatResult({ index, rank, text, error }: Result): string {
	return `[rank ${rank}] ${index}: ${error === null ? JSON.stringify(text) : `error: ${error}`}\n`;
}

async function write(path: string, text: string): Promise<void> {
	try {
		await writeFile(path, text);
	} catch (error) {
		throw new JobError(`Cannot write ${path}: ${reasonOf(error)}`, 1, { cause: error });
	}
}
