import test from "ava";
import { Digest, summarise } from "../../../../src/llama/measure/distribution/digest.ts";
import { random } from "../../../support/memory-channels.ts";

const SHAPES: Readonly<Record<string, (count: number) => number[]>> = {
	uniform: (count) => {
		const next = random(count);
		return Array.from({ length: count }, () => 10 + 990 * next());
	},
	exponential: (count) => {
		const next = random(count + 1);
		return Array.from({ length: count }, () => -100 * Math.log(1 - next()));
	},
	"log-normal": (count) => {
		const next = random(count + 2);
		const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
		return Array.from({ length: count }, () => Math.exp(3 + normal()));
	},
	ascending: (count) => Array.from({ length: count }, (_, index) => index + 1),
	descending: (count) => Array.from({ length: count }, (_, index) => count - index),
	constant: (count) => new Array(count).fill(42.5),
	"sparsely ending": (count) => {
		const next = random(count + 3);
		return Array.from({ length: count }, (_, index) =>
			index % 1000 < 985 ? 10 + next() : 50 * ((index % 1000) - 984),
		);
	},
	"two values": (count) => Array.from({ length: count }, (_, index) => (index % 10 === 0 ? 1000 : 1)),
};

function nearestRank(sorted: readonly number[], percentile: number): number {
	return sorted[Math.ceil((percentile / 100) * sorted.length) - 1] ?? Number.NaN;
}

for (const [shape, make] of Object.entries(SHAPES)) {
	for (const count of [1, 2, 50, 1999, 3001, 20_000]) {
		test(`summary() of ${count} ${shape} values on 1 to 16 ranks is within 2 % of the exact one`, (t) => {
			const values = make(count);
			const sorted = [...values].sort((a, b) => a - b);
			const mean = values.reduce((total, value) => total + value, 0) / count;
			const std = Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / count);
			for (const ranks of [1, 2, 3, 16]) {
				const digests = Array.from({ length: ranks }, () => new Digest());
				// Blocks, not round-robin: every rank sees another part of an ordered list.
				for (const [index, value] of values.entries())
					digests[Math.floor((index * ranks) / count)]?.push(value);
				const merged = new Digest();
				// As it travels between ranks.
				for (const digest of digests) merged.merge(structuredClone(digest.toData()));
				const summary = merged.summary();
				// Without merging trees: the centroids are only put in order.
				const joined = summarise(digests.map((digest) => structuredClone(digest.toData())));
				t.is(summary.count, count);
				t.is(joined.count, count);
				t.is(joined.max, summary.max);
				t.is(summary.max, sorted.at(-1));
				t.true(Math.abs((summary.mean ?? 0) - mean) <= 1e-9 * mean);
				t.true(Math.abs((summary.std ?? 0) - std) <= 1e-6 * mean);
				for (const percentile of [50, 95, 99] as const) {
					const exact = nearestRank(sorted, percentile);
					const got = summary[`p${percentile}`] ?? Number.NaN;
					const tolerance = count <= 2000 ? 0 : 0.02 * exact;
					for (const value of [got, joined[`p${percentile}`] ?? Number.NaN]) {
						t.true(
							Math.abs(value - exact) <= tolerance,
							`p${percentile} on ${ranks} ranks: ${value}, exactly ${exact}`,
						);
					}
				}
			}
		});
	}
}

test("summary() without a sample has no figures", (t) => {
	const { count, ...figures } = new Digest().summary();
	t.is(count, 0);
	t.true(Object.values(figures).every((figure) => figure === undefined));
	const merged = Digest.from(new Digest().toData());
	merged.push(3);
	t.deepEqual(merged.summary(), { count: 1, mean: 3, std: 0, p50: 3, p95: 3, p99: 3, max: 3 });
});

test("toData() stays small", (t) => {
	const digest = new Digest();
	for (const value of SHAPES.exponential?.(100_000) ?? []) digest.push(value);
	t.true(digest.toData().centroids.length < 4000, `${digest.toData().centroids.length} centroids`);
});
