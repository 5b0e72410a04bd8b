import test from "ava";
import { quantile } from "../../../../../src/llama/gateway/page/live/quantile.ts";

const counts = (...pairs: [bound: number, count: number][]) => new Map(pairs);

test("a quantile lies between the two bounds where its share is reached", (t) => {
	const after = counts([1, 10], [2, 30], [4, 40], [Infinity, 40]);
	t.deepEqual(quantile(undefined, after, 0.5), { seconds: 1.5 });
	t.deepEqual(quantile(undefined, after, 0.95), { seconds: 3.6 });
});

test("a quantile counts only what came since the reading before", (t) => {
	const before = counts([1, 10], [2, 10], [Infinity, 10]);
	const after = counts([1, 10], [2, 12], [Infinity, 12]);
	t.deepEqual(quantile(before, after, 0.5), { seconds: 1.5 });
	t.is(quantile(before, before, 0.5), undefined);
	t.is(quantile(undefined, new Map(), 0.5), undefined);
});

test("a quantile outside of the bounds is said to be below or above", (t) => {
	t.deepEqual(quantile(undefined, counts([1, 10], [2, 10], [Infinity, 10]), 0.5), {
		seconds: 1,
		side: "below",
	});
	t.deepEqual(quantile(undefined, counts([1, 1], [2, 2], [Infinity, 10]), 0.5), {
		seconds: 2,
		side: "above",
	});
});
