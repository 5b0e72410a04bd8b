import { writeFile } from "node:fs/promises";
import { JobError, reasonOf } from "../errors.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import type { Report } from "../measure/report.ts";
import { jsonReport } from "./json.ts";
import { markdownReport } from "./markdown.ts";

/** Files to write, by their form. */
export interface ReportFiles {
	readonly json?: string | undefined;
	readonly md?: string | undefined;
	readonly html?: string | undefined;
	readonly trace?: string | undefined;
}

/**
 * Writes a report to files. The page and the trace need the ranks' spans: statistics of a measurement with `timeline`.
 *
 * @throws {JobError} naming the file that cannot be written.
 */
export async function writeReport(
	report: Report,
	statistics: readonly RankStatistics[],
	{ json, md, html, trace }: ReportFiles,
): Promise<void> {
	if (json !== undefined) await writeText(json, `${JSON.stringify(jsonReport(report), undefined, "\t")}\n`);
	if (md !== undefined) await writeText(md, markdownReport(report));
	if (html !== undefined) {
		const { htmlReport } = await import("./html.ts");
		await writeText(html, await htmlReport(report, statistics));
	}
	if (trace !== undefined) {
		const { chromeTrace } = await import("./trace.ts");
		await writeText(trace, `${JSON.stringify(chromeTrace(report, statistics))}\n`);
	}
}

/** @throws {JobError} naming the file. */
export async function writeText(path: string, text: string): Promise<void> {
	try {
		await writeFile(path, text);
	} catch (error) {
		throw new JobError(`Cannot write ${path}: ${reasonOf(error)}`, 1, { cause: error });
	}
}
