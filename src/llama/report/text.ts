import { checkArgument } from "../../base/check-types.ts";
import { DEFINITIONS } from "../measure/definitions.ts";
import { REPORT, type Report } from "../measure/report.ts";
import { facts } from "./facts.ts";
import { failureLines } from "./failures.ts";
import { cacheNote, cacheTable, latencyNote, latencyTable, notes, rankTable, type Table } from "./tables.ts";
import { padded, shortened, widthOf } from "./width.ts";

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
	const blocks = [
		list(facts(report)),
		textTable(rankTable(report)),
		[...textTable(latencyTable(report)), ...bracketed(latencyNote(report))],
		...(cache === undefined
			? []
			: [["prompt cache, measured before the run", ...textTable(cache), ...bracketed(cacheNote(report))]]),
		section("notes", notes(report)),
		section("errors", failureLines(report.errors)),
		missedLines(report),
	];
	return `${blocks
		.filter((lines) => lines.length > 0)
		.map((lines) => lines.join("\n"))
		.join("\n\n")}\n`;
}

/** What the figures mean, for `--help report`. */
export function definitionsText(): string {
	return `${list(Object.entries(DEFINITIONS)).join("\n")}\n`;
}

/** A table in columns: numbers to the right, words to the left. */
export function textTable({ header, rows, texts }: Table): string[] {
	const all = [header, ...rows];
	const widths = header.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ""))));
	return all.map((row) => {
		const cells = row.map((cell, column) =>
			padded(cell, widths[column] ?? 0, texts.includes(column) ? "left" : "right"),
		);
		return shortened(cells.join("  ").trimEnd(), WIDTH);
	});
}

function list(entries: readonly (readonly [string, string])[]): string[] {
	const width = Math.max(...entries.map(([name]) => widthOf(name)));
	return entries.map(([name, text]) => `${padded(name, width, "left")}  ${text}`);
}

function bracketed(note: string | undefined): string[] {
	return note === undefined ? [] : [`(${note})`];
}

function missedLines({ missed }: Report): string[] {
	return missed.length === 0 ? [] : [...missed, "the job's exit code is 1"];
}

function section(title: string, lines: readonly string[]): string[] {
	return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
