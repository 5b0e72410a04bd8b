import { percent, seconds } from "../measure/numbers.ts";
import { type Report, SCHEMA_VERSION } from "../measure/report.ts";
import { failureLines } from "./failures.ts";
import { jsonReport } from "./json.ts";
import { markdownTable } from "./markdown.ts";
import { type ReportFiles, writeText } from "./outputs.ts";
import type { Table } from "./tables.ts";
import { textTable } from "./text.ts";

/** One run of a sweep. */
export interface SweepRow {
	readonly setting: string;
	readonly report: Report;
}

/** A sweep as text. */
export function formatSweep(axis: string, rows: readonly SweepRow[]): string {
	const [first] = rows;
	const model = axis === "model" || first === undefined ? [] : [`model  ${first.report.model}`];
	const note = first?.report.model_note === undefined ? [] : [`       ${first.report.model_note}`];
	const blocks = [
		[...model, ...note],
		textTable(sweepTable(axis, rows)),
		["times in ms; every setting has its own engines, and the same prompts and seeds", ...speedNote(axis)],
		errorLines(axis, rows),
	];
	return `${blocks
		.filter((lines) => lines.length > 0)
		.map((lines) => lines.join("\n"))
		.join("\n\n")}\n`;
}

/** A sweep as Markdown. */
function markdownSweep(axis: string, rows: readonly SweepRow[]): string {
	return `## tsmpi sweep: ${axis}\n\n${markdownTable(sweepTable(axis, rows))}\n`;
}

/**
 * Writes a sweep to files: of a report's forms it has JSON and Markdown.
 *
 * @throws {JobError} naming the file that cannot be written.
 */
export async function writeSweep(
	axis: string,
	rows: readonly SweepRow[],
	{ json, md }: ReportFiles,
): Promise<void> {
	if (json !== undefined) {
		await writeText(json, `${JSON.stringify(jsonSweep(axis, rows), undefined, "\t")}\n`);
	}
	if (md !== undefined) await writeText(md, markdownSweep(axis, rows));
}

/** A sweep as JSON: every run's whole report. */
function jsonSweep(axis: string, rows: readonly SweepRow[]): Readonly<Record<string, unknown>> {
	const runs = rows.map(({ setting, report }) => ({
		setting,
		...jsonReport({ ...report, ...speedup(axis, rows, report) }),
	}));
	return { schema_version: SCHEMA_VERSION, sweep: axis, runs };
}

function sweepTable(axis: string, rows: readonly SweepRow[]): Table {
	const goodput = rows.some(({ report }) => report.total.goodput !== undefined);
	const header = [
		...[axis, "success", "wall s", "requests/s", "tokens/s"],
		...(axis === "np" ? ["speed-up"] : []),
		...(goodput ? ["goodput"] : []),
		...["TTFT p50", "p99", "TPOT p50", "p99", "E2E p50", "p99", "imbalance"],
	];
	const cells = ({ setting, report }: SweepRow) => {
		const { total } = report;
		const ms = (value: number | undefined) => value?.toFixed(1) ?? "-";
		return [
			setting,
			percent(total.success_rate),
			seconds(report.wall_ms),
			total.requests_per_s.toFixed(2),
			total.tokens_per_s.toFixed(1),
			...(axis === "np" ? [speedup(axis, rows, report).speedup?.toFixed(2) ?? "-"] : []),
			...(goodput ? [total.goodput?.toFixed(2) ?? "-"] : []),
			...[total.ttft_ms, total.tpot_ms, total.e2e_ms].flatMap(({ p50, p99 }) => [ms(p50), ms(p99)]),
			report.ranks > 1 ? (report.imbalance?.toFixed(2) ?? "-") : "-",
		];
	};
	return { header, rows: rows.map(cells), texts: axis === "model" ? [0] : [] };
}

/** Against the run on one rank, if there is one. */
function speedup(axis: string, rows: readonly SweepRow[], report: Report): { readonly speedup?: number } {
	const one =
		axis === "np" ? rows.find((row) => row.report.ranks === 1)?.report.total.tokens_per_s : undefined;
	return one === undefined || one === 0 ? {} : { speedup: report.total.tokens_per_s / one };
}

function speedNote(axis: string): string[] {
	return axis === "np" ? ["speed-up: tokens/s divided by those of np=1"] : [];
}

function errorLines(axis: string, rows: readonly SweepRow[]): string[] {
	const lines = rows.flatMap(({ setting, report: { errors, missed, interrupted } }) =>
		[
			...failureLines(errors),
			...missed,
			...(interrupted === undefined ? [] : [`ended by ${interrupted}`]),
		].map((line) => `${axis}=${setting}: ${line}`),
	);
	return rows.some(({ report }) => report.missed.length > 0) ? [...lines, "the job's exit code is 1"] : lines;
}
