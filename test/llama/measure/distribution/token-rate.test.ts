import test from "ava";
import { rebin, TokenRate } from "../../../../src/llama/measure/distribution/token-rate.ts";

const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);

test("TokenRate keeps every token in few intervals, however long it runs", (t) => {
	const rate = new TokenRate(1000);
	for (let second = 0; second < 10_000; second++) rate.add(1000 + 1000 * second, 3);
	const { startMs, widthMs, counts } = rate.toData();
	t.is(startMs, 1000);
	t.true(counts.length <= 400 && counts.length > 100, `${counts.length}`);
	t.is(sum(counts), 30_000);
	// Evenly, but for the last interval and for rounding to whole seconds.
	const each = (3 * widthMs) / 1000;
	t.true(counts.slice(0, -1).every((count) => Math.abs(count - each) <= 3));
	// A time that lies before all others belongs to the first interval.
	rate.add(0, 1);
	t.is(rate.toData().counts[0], (counts[0] ?? 0) + 1);
});

test("rebin() shares an interval's tokens out by time and loses none", (t) => {
	const data = { startMs: 100, widthMs: 100, counts: [10, 20] };
	t.deepEqual(rebin(data, 0, 100, 4), [0, 10, 20, 0]);
	t.deepEqual(rebin(data, 50, 100, 3), [5, 15, 10]);
	t.deepEqual(rebin(data, 0, 400, 1), [30]);
	t.true(Math.abs(sum(rebin(data, 37, 17, 20)) - 30) < 1e-9);
});
