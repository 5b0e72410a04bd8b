import test from "ava";
import { formatReport, jsonReport, markdownReport, mergeStatistics } from "../../../src/llama/index.ts";
import { Recorder } from "../../../src/llama/measure/recorder.ts";
import { failureLines } from "../../../src/llama/report/failures.ts";
import { htmlReport } from "../../../src/llama/report/html.ts";
import { engineInfo } from "../support/engines.ts";

test("failureLines() says how many, of what kind, and where the first is", (t) => {
	const reason = 'Cannot run line 1 of a.jsonl: "tools" is [{...}]: only llama-server runs it';
	t.deepEqual(
		failureLines([
			{ code: "unsupported_parameter", param: "tools", count: 50_000, reason, line: 1 },
			{ code: "prompt_too_long", count: 1, reason: "Cannot run a prompt of 5000 tokens" },
		]),
		[
			'50,000 x unsupported_parameter "tools": first at line 1: "tools" is [{...}]: only llama-server runs it',
			"1 x prompt_too_long: Cannot run a prompt of 5000 tokens",
		],
	);
});

test("a report of 50,000 lines that are wrong in many ways is short in every form", async (t) => {
	const recorder = new Recorder();
	for (let number = 1; number <= 50_000; number++) {
		const param = `field${number % 37}`;
		const message = `Cannot run line ${number} of a.jsonl: "${param}" is ${number}`;
		recorder.refused({ code: "unknown_parameter", param, message, number });
	}
	const statistics = recorder.result(0, "h", engineInfo());
	const report = mergeStatistics([statistics], { model: "m" });
	t.is(report.total.failed, 50_000);
	const text = formatReport(report);
	const lines = text.split("\n");
	t.true(lines.length < 60, `${lines.length} lines`);
	t.true(text.includes('1,352 x unknown_parameter "field1": first at line 1: "field1" is 1\n'), text);
	t.true(text.includes("\n  and 27 more reasons\n"));
	t.true(markdownReport(report).length < 5000);
	const { errors } = jsonReport(report);
	t.is(errors.length, 37);
	t.like(errors[0], { code: "unknown_parameter", param: "field1", count: 1352, line: 1 });
	const html = await htmlReport(report, [statistics]);
	t.true(html.includes("<li>and 27 more reasons</li>"));
	t.true(html.length < 300_000, `${html.length}`);
});
