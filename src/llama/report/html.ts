import { DEFINITIONS } from "../measure/definitions.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import type { Report } from "../measure/report.ts";
import { inlined } from "../page/inlined.ts";
import { facts } from "./facts.ts";
import { failureLines } from "./failures.ts";
import { pageData } from "./page-data.ts";
import { cacheNote, cacheTable, latencyNote, latencyTable, notes, rankTable, type Table } from "./tables.ts";

/**
 * A report as one page that needs nothing else: no network, no other file. The curves are drawn by a script that the
 * build has bundled with uPlot.
 */
export async function htmlReport(report: Report, statistics: readonly RankStatistics[]): Promise<string> {
	const { script, style } = await inlined("report");
	// A "<" in the data could end the script element: a model's name may contain "</script>".
	const data = JSON.stringify(pageData(report, statistics)).replaceAll("<", "\\u003c");
	const every = Math.max(1, ...statistics.map(({ spanEvery }) => spanEvery));
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>tsmpi report: ${escaped(report.model)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>tsmpi report</h1>
${tiles(report)}
${report.missed.map((line) => `<p class="missed">${escaped(line)}</p>`).join("\n")}
<dl class="facts">${facts(report).map(definition).join("")}</dl>
<section>
<h2>Latency</h2>
<p>Share of the requests (of the gaps, for ITL) that took no longer than this.</p>
<div id="quantities" class="choices"></div>
<div id="latency" class="chart" role="img" aria-label="Distribution of the chosen time, a curve for each rank"></div>
</section>
<section>
<h2>Requests</h2>
<p>Every bar is a request in a slot of its rank: pale until its first token, full while it generates, red if it failed. The
thin line before it is the time that it waited for the slot. Drag to zoom, double-click to see all.${every > 1 ? ` One request of ${every} is shown.` : ""}</p>
<div id="timeline" class="chart" role="img" aria-label="Timeline of the requests, a row for each slot"></div>
</section>
<section>
<h2>Throughput</h2>
<p>Generated tokens per second.</p>
<div id="throughput" class="chart" role="img" aria-label="Generated tokens per second over time"></div>
</section>
${section("Ranks", htmlTable(rankTable(report)))}
${section("Latency in figures", htmlTable(latencyTable(report)) + paragraph(latencyNote(report)))}
${section("Prompt cache, measured before the run", htmlTable(cacheTable(report)) + paragraph(cacheNote(report)))}
${section("Errors", items(failureLines(report.errors)))}
${section("Notes", items(notes(report)))}
<section>
<details><summary>What the figures mean</summary><dl class="definitions">${Object.entries(DEFINITIONS).map(definition).join("")}</dl></details>
</section>
</main>
<script type="application/json" id="data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}

function tiles({ total, ranks }: Report): string {
	const tile = (name: string, value: string, unit: string) =>
		`<div><span>${name}</span><strong>${value}</strong><span>${unit}</span></div>`;
	const success = `${(Math.floor(total.success_rate * 1000) / 10).toFixed(1).replace(/\.0$/, "")} %`;
	return `<div class="tiles">
${tile("success", success, `${total.ok} of ${total.ok + total.failed} requests`)}
${tile("speed", total.tokens_per_s.toFixed(0), `tokens/s on ${ranks} ${ranks === 1 ? "rank" : "ranks"}`)}
${tile("TTFT p95", milliseconds(total.ttft_ms.p95), `p50 ${milliseconds(total.ttft_ms.p50)}`)}
${tile("TPOT p95", milliseconds(total.tpot_ms.p95), `p50 ${milliseconds(total.tpot_ms.p50)}`)}
${tile("E2E p95", milliseconds(total.e2e_ms.p95), `p50 ${milliseconds(total.e2e_ms.p50)}`)}
</div>`;
}

function milliseconds(value: number | undefined): string {
	if (value === undefined) return "-";
	return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toPrecision(3)} ms`;
}

function htmlTable(table: Table | undefined): string {
	if (table === undefined) return "";
	const { header, rows, texts } = table;
	const cell = (name: string) => (text: string, column: number) =>
		`<${name}${texts.includes(column) ? "" : ' class="number"'}>${escaped(text)}</${name}>`;
	const line = (name: string) => (cells: readonly string[]) =>
		`<tr>${header.map((_, column) => cell(name)(cells[column] ?? "", column)).join("")}</tr>`;
	return `<div class="scroll" tabindex="0"><table><thead>${line("th")(header)}</thead><tbody>${rows.map(line("td")).join("\n")}</tbody></table></div>`;
}

function section(title: string, content: string): string {
	return content === "" ? "" : `<section>\n<h2>${title}</h2>\n${content}\n</section>`;
}

function items(lines: readonly string[]): string {
	return lines.length === 0 ? "" : `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>`;
}

function paragraph(text: string | undefined): string {
	return text === undefined ? "" : `<p>(${escaped(text)})</p>`;
}

function definition([name, text]: readonly [string, string]): string {
	return `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`;
}

function escaped(text: string): string {
	return text
		.replaceAll("&", "&amp;")
		.replaceAll("<", "&lt;")
		.replaceAll(">", "&gt;")
		.replaceAll('"', "&quot;");
}
