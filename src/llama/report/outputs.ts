import { writeFile } from "node:fs/promises";
import { checkArgument, checkOptions, type Kinds, TEXT } from "../../base/check-types.ts";
import { touch } from "../batch/output/touch.ts";
import { cannotWrite } from "../errors.ts";
import { STATISTICS } from "../measure/merge-statistics.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import { REPORT, type Report } from "../measure/report.ts";
import { jsonReport } from "./json.ts";
import { markdownReport } from "./markdown.ts";

/** Paths of the files to write a report to. Each is left out unless it is named. */
export interface ReportFiles {
	/** JSON, for programs. @default none */
	readonly json?: string | undefined;
	/** Markdown. @default none */
	readonly md?: string | undefined;
	/** A page with curves that needs no network. @default none */
	readonly html?: string | undefined;
	/** The requests' times as a Chrome trace, for Perfetto. @default none */
	readonly trace?: string | undefined;
}

/** What the files of a report may be. */
export const REPORT_FILES: Kinds<ReportFiles> = { json: TEXT, md: TEXT, html: TEXT, trace: TEXT };

/**
 * Writes a report to files. The page and the trace need the ranks' spans: statistics of a measurement with `timeline`.
 * Resolves once all are written.
 *
 * @throws {JobError} naming the file that cannot be written.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function writeReport(
	report: Report,
	statistics: readonly RankStatistics[],
	files: ReportFiles,
): Promise<void> {
	checkArgument("write a report", "report", report, REPORT);
	checkArgument("write a report", "statistics", statistics, STATISTICS);
	checkOptions("write a report", files, REPORT_FILES);
	const { json, md, html, trace } = files;
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

/**
 * Makes the files that are not there, and leaves those that are as they are.
 *
 * @throws {JobError} naming the file that cannot be written.
 */
export async function touchReportFiles({ json, md, html, trace }: ReportFiles): Promise<void> {
	for (const path of [json, md, html, trace]) {
		if (path !== undefined) await touch(path);
	}
}

/** @throws {JobError} naming the file. */
export async function writeText(path: string, text: string): Promise<void> {
	try {
		await writeFile(path, text);
	} catch (error) {
		throw cannotWrite(path, error);
	}
}
