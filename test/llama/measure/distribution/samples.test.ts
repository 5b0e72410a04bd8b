import test from "ava";
import { type DigestData, summarise } from "../../../../src/llama/measure/distribution/digest.ts";
import { Samples } from "../../../../src/llama/measure/distribution/samples.ts";
import { random } from "../../../support/memory-channels.ts";

const COUNT = 40_000;

/** Values as latencies are distributed, in milliseconds. */
function shapes(): Readonly<Record<string, readonly number[]>> {
	const next = random(7);
	const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
	const make = (value: (index: number) => number) =>
		Array.from({ length: COUNT }, (_, index) => value(index));
	const lognormal = make(() => Math.exp(3 + normal()));
	return {
		"log-normal": lognormal,
		bimodal: make(() => (next() < 0.9 ? 8 + normal() * 0.5 : 90 + normal() * 5)),
		Pareto: make(() => (1 - next()) ** (-1 / 1.5)),
		sorted: [...lognormal].sort((a, b) => a - b),
		constant: make(() => 12.5),
		"tiny and huge": make((index) => (index % 2 === 0 ? 1e-6 * index : 100 * (1 + index))),
	};
}

function samplesOf(values: readonly number[]): DigestData {
	const samples = new Samples();
	for (const value of values) samples.push(value);
	return structuredClone(samples.toData());
}

function nearestRank(sorted: readonly number[], share: number): number {
	return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

for (const [shape, values] of Object.entries(shapes())) {
	for (const ranks of [1, 4]) {
		test(`percentiles of ${COUNT} ${shape} samples on ${ranks} ranks are within 1 % of the exact ones`, (t) => {
			const share = Math.ceil(COUNT / ranks);
			const parts = Array.from({ length: ranks }, (_, rank) =>
				samplesOf(values.slice(rank * share, (rank + 1) * share)),
			);
			const summary = summarise(parts);
			const sorted = [...values].sort((a, b) => a - b);
			const mean = values.reduce((sum, value) => sum + value, 0) / COUNT;
			t.is(summary.count, COUNT);
			t.is(summary.max, sorted.at(-1));
			t.true(Math.abs((summary.mean ?? 0) - mean) <= 1e-9 * mean);
			for (const [name, percentile] of [
				["p50", 0.5],
				["p95", 0.95],
				["p99", 0.99],
			] as const) {
				const exact = nearestRank(sorted, percentile);
				const got = summary[name] ?? Number.NaN;
				t.true(Math.abs(got - exact) <= 0.01 * exact, `${name} is ${got}, exactly ${exact}`);
			}
			for (const { centroids } of parts) t.true(centroids.length < 2500, `${centroids.length} centroids`);
		});
	}
}

test("up to 2000 samples percentiles are exact", (t) => {
	const values = (shapes()["log-normal"] ?? []).slice(0, 2000);
	const sorted = [...values].sort((a, b) => a - b);
	const summary = summarise([samplesOf(values)]);
	t.deepEqual(
		[summary.p50, summary.p95, summary.p99],
		[0.5, 0.95, 0.99].map((share) => nearestRank(sorted, share)),
	);
	t.deepEqual(samplesOf([3, 1, 3]).centroids, [
		[1, 1],
		[3, 2],
	]);
	t.is(samplesOf([]).centroids.length, 0);
});

test("what is shorter than a microsecond or longer than three hours is counted all the same", (t) => {
	const values = Array.from({ length: 3000 }, (_, index) => (index % 3 === 0 ? 0 : 1e9));
	t.like(summarise([samplesOf(values)]), { count: 3000, max: 1e9, p50: 1e9, mean: (2 / 3) * 1e9 });
});

test("a sample that comes after toData() is in the next one", (t) => {
	const samples = new Samples();
	samples.push(5);
	t.is(summarise([samples.toData()]).count, 1);
	samples.push(7);
	t.like(summarise([samples.toData()]), { count: 2, max: 7, mean: 6 });
});
