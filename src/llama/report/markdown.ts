import { checkArgument } from "../../base/check-types.ts";
import { REPORT, type Report } from "../measure/report.ts";
import { facts } from "./facts.ts";
import { failureLines } from "./failures.ts";
import { cacheNote, cacheTable, latencyNote, latencyTable, notes, rankTable, type Table } from "./tables.ts";

/**
 * A report as Markdown, for an issue or a log book.
 *
 * @throws {ArgumentError} ERR_ARG: it is no report.
 */
export function markdownReport(report: Report): string {
	checkArgument("format a report", "report", report, REPORT);
	const cache = cacheTable(report);
	const note = latencyNote(report);
	const left = cacheNote(report);
	const named = facts(report).map(([name, text]) => [name, text]);
	const blocks = [
		"## tsmpi report",
		markdownTable({ header: ["job", ""], rows: named, texts: [0, 1] }),
		"### Ranks",
		markdownTable(rankTable(report)),
		"### Latency",
		markdownTable(latencyTable(report)),
		...(note === undefined ? [] : [`${note}.`]),
		...(cache === undefined ? [] : ["### Prompt cache, measured before the run", markdownTable(cache)]),
		...(left === undefined ? [] : [escaped(`${left}.`)]),
		...bullets("Notes", notes(report)),
		...bullets("Errors", failureLines(report.errors)),
	];
	if (report.missed.length > 0)
		blocks.splice(1, 0, report.missed.map((line) => `**${escaped(line)}**`).join("  \n"));
	return `${blocks.join("\n\n")}\n`;
}

/** A table in GitHub's form. */
export function markdownTable({ header, rows, texts }: Table): string {
	const line = (cells: readonly string[]) =>
		`| ${header.map((_, column) => escaped(cells[column] ?? "")).join(" | ")} |`;
	const rule = `| ${header.map((_, column) => (texts.includes(column) ? "---" : "---:")).join(" | ")} |`;
	return [line(header), rule, ...rows.map(line)].join("\n");
}

function bullets(title: string, lines: readonly string[]): string[] {
	return lines.length === 0 ? [] : [`### ${title}`, lines.map((line) => `- ${escaped(line)}`).join("\n")];
}

/** Names of models and errors are anybody's text. */
function escaped(text: string): string {
	return text.replace(/[\\|*_`<>[\]]/g, "\\$&");
}
