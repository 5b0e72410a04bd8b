import test from "ava";
import { arrivals } from "../../../src/llama/index.ts";
import { arrivalTimes } from "../../../src/llama/schedule/arrivals.ts";

const COUNT = 50_000;

function gaps(burstiness: number, seed = 1): number[] {
	const source = arrivals({ rate: 20, burstiness, seed });
	let before = 0;
	return Array.from({ length: COUNT }, () => {
		const at = source.next().value;
		const gap = at - before;
		before = at;
		return gap;
	});
}

for (const burstiness of [0.25, 1, 4]) {
	test(`arrivals() of burstiness ${burstiness} have the rate's mean gap and the variance of a gamma`, (t) => {
		const all = gaps(burstiness);
		const mean = all.reduce((a, b) => a + b, 0) / COUNT;
		const variance = all.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / COUNT;
		// 20 per second: 50 ms; the seed is fixed, so this holds or fails for ever.
		t.true(Math.abs(mean - 50) < 1.5, `${mean}`);
		t.true(Math.abs(variance / (2500 / burstiness) - 1) < 0.05, `${variance}`);
		t.true(all.every((gap) => gap >= 0));
		if (burstiness !== 1) return;
		// A Poisson process: gaps above the mean are as frequent as 1 / e.
		const above = all.filter((gap) => gap > 50).length / COUNT;
		t.true(Math.abs(above - 1 / Math.E) < 0.01, `${above}`);
	});
}

test("arrivals() of infinite burstiness come like a clock", (t) => {
	t.true(gaps(Number.POSITIVE_INFINITY).every((gap) => Math.abs(gap - 50) < 1e-6));
});

test("arrivals() are the same for the same seed, and others for another", (t) => {
	t.deepEqual(gaps(1, 7), gaps(1, 7));
	t.notDeepEqual(gaps(1, 7).slice(0, 5), gaps(1, 8).slice(0, 5));
});

test("arrivalTimes() finds any index in any order", (t) => {
	const at = arrivalTimes({ rate: 20 });
	const source = arrivals({ rate: 20 });
	const inOrder = Array.from({ length: 10 }, () => source.next().value);
	t.deepEqual(
		[9, 0, 4].map((index) => at(index)),
		[9, 0, 4].map((index) => inOrder[index]),
	);
});
