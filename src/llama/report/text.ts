import { checkArgument } from "../../base/check-types.ts";
import { REPORT, type Report } from "../measure/report.ts";
import { cacheTable, facts, latencyNote, latencyTable, notes, rankTable, type Table } from "./tables.ts";

/** No line of a table is longer; its last column gives way. */
const WIDTH = 120;

/**
 * A report as text, for people. Success comes first: fast answers that failed are worth nothing.
 *
 * @throws {ArgumentError} ERR_ARG: it is no report.
 */
export function formatReport(report: Report): string {
	checkArgument("format a report", "report", report, REPORT);
	const cache = cacheTable(report);
	const note = latencyNote(report);
	const blocks = [
		list(facts(report)),
		textTable(rankTable(report)),
		[...textTable(latencyTable(report)), ...(note === undefined ? [] : [`(${note})`])],
		...(cache === undefined ? [] : [["prompt cache, measured before the run", ...textTable(cache)]]),
		list(Object.entries(report.definitions)),
		section("notes", notes(report)),
		section(
			"errors",
			report.errors.map(({ reason, count }) => `${count} x ${reason}`),
		),
		missedLines(report),
	];
	return `${blocks
		.filter((lines) => lines.length > 0)
		.map((lines) => lines.join("\n"))
		.join("\n\n")}\n`;
}

/** A table in columns: numbers to the right, words to the left. */
export function textTable({ header, rows, texts }: Table): string[] {
	const all = [header, ...rows];
	const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
	return all.map((row) => {
		const line = row
			.map((cell, column) => {
				const width = widths[column] ?? 0;
				return texts.includes(column) ? cell.padEnd(width) : cell.padStart(width);
			})
			.join("  ")
			.trimEnd();
		return line.length > WIDTH ? `${line.slice(0, WIDTH - 3)}...` : line;
	});
}

function list(entries: readonly (readonly [string, string])[]): string[] {
	const width = Math.max(...entries.map(([name]) => name.length));
	return entries.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

function missedLines({ missed }: Report): string[] {
	return missed.length === 0 ? [] : [...missed, "the job's exit code is 1"];
}

function section(title: string, lines: readonly string[]): string[] {
	return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
