import test from "ava";
import { FailureCounts } from "../../../../src/llama/measure/counts/failure-counts.ts";

test("FailureCounts tells failures apart by code and field, and keeps the first example", (t) => {
	const counts = new FailureCounts();
	for (const number of [7, 3, 9]) {
		counts.add({ code: "unsupported_parameter", param: "tools", message: `line ${number}`, number });
	}
	counts.add({ code: "unsupported_parameter", param: "audio", message: "no sound", number: 1 });
	counts.add({ code: "prompt_too_long", message: "5000 tokens" });
	counts.add({ code: "prompt_too_long", message: "6000 tokens" });
	t.is(counts.total, 6);
	t.deepEqual(counts.toData(), [
		{ code: "unsupported_parameter", count: 3, reason: "line 3", param: "tools", line: 3 },
		{ code: "prompt_too_long", count: 2, reason: "5000 tokens" },
		{ code: "unsupported_parameter", count: 1, reason: "no sound", param: "audio", line: 1 },
	]);
});

test("FailureCounts adds up what ranks have counted", (t) => {
	const merged = new FailureCounts();
	for (const line of [20, 10]) {
		const part = new FailureCounts();
		for (const number of [line, line + 1]) {
			part.add({ code: "invalid_json", message: `of line ${number}`, number });
		}
		for (const counted of structuredClone(part.toData())) merged.merge(counted);
	}
	t.deepEqual(merged.toData(), [{ code: "invalid_json", count: 4, reason: "of line 10", line: 10 }]);
});

test("FailureCounts does not grow with the number of failures, whatever their fields and texts", (t) => {
	const counts = new FailureCounts();
	const long = "x".repeat(10_000);
	for (let index = 0; index < 50_000; index++) {
		counts.add({
			code: "unknown_parameter",
			param: `field${index}`,
			message: `${long}${index}`,
			number: index,
		});
		counts.add({ code: "invalid_json", message: `${index}`, number: index });
	}
	const data = counts.toData();
	t.is(counts.total, 100_000);
	t.is(
		data.reduce((sum, { count }) => sum + count, 0),
		100_000,
	);
	t.true(data.length <= 102, `${data.length} kinds`);
	t.true(JSON.stringify(data).length < 60_000);
	// Those whose name came too late are counted without it.
	t.like(data[0], { code: "invalid_json", count: 50_000, reason: "0" });
	t.deepEqual([data[1]?.code, data[1]?.param, data[1]?.count], ["unknown_parameter", undefined, 49_901]);
});
