import test from "ava";
import { markdownReport, mergeStatistics } from "../../../src/llama/index.ts";
import { markdownTable } from "../../../src/llama/report/markdown.ts";
import { recorded } from "../support/statistics.ts";

test("markdownReport() has what is missed first, then the tables of the text", (t) => {
	const ranks = [recorded(0, [{ totalMs: 100 }]), recorded(1, [{ totalMs: 50, error: "a | b <c> failed" }])];
	const text = markdownReport(mergeStatistics(ranks, { model: "my_model*.gguf", inflight: 1 }));
	const lines = text.split("\n");
	t.deepEqual(lines.slice(0, 5), [
		"## tsmpi report",
		"",
		"**1 of 2 requests failed: --min-success is 100 %**",
		"",
		"| job |  |",
	]);
	for (const line of [
		"| success | 50.0 % (1 of 2 requests, 1 failed) |",
		"| model | my\\_model\\*.gguf |",
		"| 0 | 100 % | 1 | 0 | 10 | 0 | 5 | 50.0 | 0.10 | host0 | cpu: Some CPU, 2 threads |",
		"| 1 | 0.0 % | 0 | 1 | 0 | 0 | 0 | 0.0 | 0.05 | host1 | cpu: Some CPU, 2 threads |",
		"| E2E | 0 | 100.00 | 100.00 | 100.00 | 100.00 | 100.00 |",
		"| E2E | 1 | - | - | - | - | - |",
		"- 1 x generate: a \\| b \\<c\\> failed",
	]) {
		t.true(lines.includes(line), `${line}\n\n${text}`);
	}
});

test("markdownTable() has a cell for every column, and numbers to the right", (t) => {
	const table = { header: ["a", "b", "c"], rows: [["1", "x|y"]], texts: [1] };
	t.is(markdownTable(table), "| a | b | c |\n| ---: | --- | ---: |\n| 1 | x\\|y |  |");
});
