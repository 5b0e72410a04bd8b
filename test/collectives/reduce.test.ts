import test from "ava";
import { allreduce } from "../../src/collectives/allreduce.ts";
import type { Channel } from "../../src/collectives/channel.ts";
import { asOperator, MAX, MAXLOC, MIN, type Operator, SUM } from "../../src/collectives/operators.ts";
import { reduce } from "../../src/collectives/reduce.ts";
import {
	deliveries,
	forEveryRoot,
	forEverySize,
	onRanks,
	random,
	settledRanks,
	someSizes,
	trafficOf,
} from "../support/memory-channels.ts";
import { same } from "../support/same.ts";

/** Neither commutative nor associative: its result tells the exact order of application. */
const nest = asOperator((a: string, b: string) => `(${a}${b})`);
const nested = (size: number) =>
	Array.from({ length: size }, (_, rank) => `${rank},`).reduce((a, b) => `(${a}${b})`);

const triangle = (size: number) => (size * (size - 1)) / 2;

/** Arrays whose sum depends on the order of addition. */
function wild(rank: number, length: number): Float64Array {
	const next = random(rank + 1);
	return Float64Array.from({ length }, () => (next() - 0.5) * 10 ** Math.floor(next() * 30 - 15));
}

function sumOf(size: number, length: number, array: (rank: number) => Int32Array): Int32Array {
	const sum = new Int32Array(length);
	for (let rank = 0; rank < size; rank++)
		for (const [index, value] of array(rank).entries()) sum[index] = (sum[index] ?? 0) + value;
	return sum;
}

const integers = (length: number) => (rank: number) =>
	Int32Array.from({ length }, (_, index) => rank * 7 + index);

test("reduce() with SUM gives the root the sum, for every size and root", async (t) => {
	await forEveryRoot(async (size, root) => {
		const sums = await onRanks(size, "eager", (channel) => reduce(channel, channel.rank, SUM, root));
		for (const [rank, sum] of sums.entries()) t.is(sum, rank === root ? triangle(size) : undefined);
	});
});

test("reduce() applies a function in rank order, for every size and root", async (t) => {
	await forEveryRoot(async (size, root) => {
		const results = await onRanks(size, "eager", (channel) =>
			reduce(channel, `${channel.rank},`, nest, root),
		);
		t.is(results[root], nested(size));
	});
});

test("reduce() and allreduce() do not depend on how messages travel", async (t) => {
	await forEverySize(async (size, delivery) => {
		const array = integers(5);
		const results = await onRanks(size, delivery, async (channel) => [
			await allreduce(channel, array(channel.rank), SUM),
			await reduce(channel, array(channel.rank), SUM, 0),
			await allreduce(channel, `${channel.rank},`, nest),
			await allreduce(channel, { value: channel.rank % 3, index: channel.rank }, MAXLOC),
		]);
		const sum = sumOf(size, 5, array);
		const best = Math.min(2, size - 1);
		for (const [rank, result] of results.entries()) {
			same(t, result, [sum, rank === 0 ? sum : undefined, nested(size), { value: best, index: best }]);
		}
	});
});

test("reduce() and allreduce() of long arrays give the right elements on any number of ranks", async (t) => {
	const length = 65_541;
	const array = integers(length);
	for (const size of [2, 3, 4, 5, 7, 8, 12, 16]) {
		const sum = sumOf(size, length, array);
		for (const delivery of deliveries) {
			const root = size - 1;
			const results = await onRanks(size, delivery, async (channel) => {
				const own = array(channel.rank);
				const all = await allreduce(channel, own, SUM);
				const one = await reduce(channel, own, SUM, root);
				same(t, own, array(channel.rank));
				return [all, one];
			});
			for (const [rank, [all, one]] of results.entries()) {
				same(t, all, sum);
				same(t, one, rank === root ? sum : undefined);
			}
		}
	}
});

test("allreduce() gives every rank the same bits, short and long, of numbers and arrays", async (t) => {
	for (const length of [1, 10, 40_000]) {
		for (const size of length > 10 ? someSizes : Array.from({ length: 33 }, (_, index) => index + 1)) {
			const sums = await onRanks(size, "shuffled", (channel) =>
				allreduce(channel, wild(channel.rank, length), SUM),
			);
			const bits = sums.map((sum) => Buffer.from((sum as Float64Array).buffer));
			for (const each of bits) t.true(each.equals(bits[0] ?? each));
		}
	}
	for (let size = 1; size <= 33; size++) {
		const sums = await onRanks(size, "eager", (channel) => allreduce(channel, wild(channel.rank, 1)[0], SUM));
		for (const sum of sums) t.is(sum, sums[0]);
	}
});

test("allreduce() calls a function only once per pair: what it returns need not be repeatable", async (t) => {
	for (const size of someSizes) {
		let calls = 0;
		const counted = asOperator((a: number, b: number) => a + b + 1000 * calls++);
		const results = await onRanks(size, "eager", (channel) => allreduce(channel, 1, counted));
		t.is(calls, size - 1);
		for (const result of results) t.is(result, results[0]);
	}
});

test("reductions leave the caller's array alone, and give memory of its own, also on one rank", async (t) => {
	for (const size of [1, 2, 3, 4, 5]) {
		const arrays = Array.from({ length: size }, (_, rank) => Float32Array.of(rank, 2 * rank));
		const results = await onRanks(size, "rendezvous", async (channel) => {
			const own = arrays[channel.rank];
			return [await allreduce(channel, own, MAX), await reduce(channel, own, MIN, 0)];
		});
		for (const result of results.flat()) (result as Float32Array | undefined)?.fill(-1);
		for (const [rank, array] of arrays.entries()) same(t, array, Float32Array.of(rank, 2 * rank));
		t.is(new Set(results.flat().filter((result) => result !== undefined)).size, size + 1);
	}
});

test("reduce() and allreduce() twice at once do not mix", async (t) => {
	const [sums, maxima] = await Promise.all([
		onRanks(6, "shuffled", (channel) => allreduce(channel, channel.rank, SUM)),
		onRanks(6, "shuffled", (channel) => allreduce(channel, channel.rank, MAX)),
	]);
	same(t, [sums, maxima], [new Array(6).fill(15), new Array(6).fill(5)]);
});

const refusals: Record<string, (channel: Channel, value: unknown, operator: Operator) => Promise<unknown>> = {
	reduce: (channel, value, operator) => reduce(channel, value, operator, channel.size - 1),
	allreduce,
};

for (const [name, call] of Object.entries(refusals)) {
	test(`${name}() rejects on every rank where the operator throws or the values do not go together`, async (t) => {
		const throwing = asOperator((_a: number, b: number) => {
			if (b === 1) throw new Error("not one");
			return b;
		});
		const pairs: readonly (readonly [usual: unknown, odd: unknown])[] = [
			[1, "one"],
			[1, 1n],
			[new Float64Array(3), new Float32Array(3)],
			[new Float64Array(3), new Float64Array(4)],
			[new Float64Array(65_536), new Float64Array(65_537)],
			[new Float64Array(65_536), new Float64Array(3)],
			[new Float64Array(65_536), 5],
		];
		for (const size of [2, 3, 4, 5, 6, 7, 8]) {
			const thrown = await settledRanks(size, (channel) => call(channel, channel.rank, throwing));
			for (const { status } of thrown) t.is(status, "rejected");
			for (const [usual, odd] of pairs) {
				for (let bad = 0; bad < size; bad++) {
					const settled = await settledRanks(size, (channel) =>
						call(channel, channel.rank === bad ? odd : usual, SUM),
					);
					for (const { status } of settled) t.is(status, "rejected", `${size} ranks, rank ${bad}`);
				}
			}
		}
	});
}

test("allreduce() takes as many rounds as the ranks have binary digits where that is a power of two", async (t) => {
	for (const size of [2, 4, 8, 16, 32]) {
		const { rounds, messages } = await trafficOf(size, (channel) => allreduce(channel, 1, SUM));
		same(t, { rounds, messages }, { rounds: Math.log2(size), messages: size * Math.log2(size) });
	}
});

test("allreduce() of a long array moves each byte twice, whatever the number of ranks", async (t) => {
	const long = new Float64Array(1 << 16);
	for (const size of [3, 5, 6, 8, 16]) {
		const { bytes } = await trafficOf(size, (channel) => allreduce(channel, long, SUM));
		const least = 2 * (size - 1) * long.byteLength;
		t.true(bytes >= least && bytes <= least * 1.001, `${bytes} bytes on ${size} ranks`);
	}
});
