import test from "ava";
import { allreduce } from "../../src/collectives/allreduce.ts";
import { bcast } from "../../src/collectives/bcast.ts";
import { gather } from "../../src/collectives/gather.ts";
import { asOperator, PROD, SUM } from "../../src/collectives/operators.ts";
import { reduce } from "../../src/collectives/reduce.ts";
import { reduceScatter } from "../../src/collectives/reduce-scatter.ts";
import { scatter } from "../../src/collectives/scatter.ts";
import { forEveryRoot, forEverySize, onRanks, random } from "../support/memory-channels.ts";
import { same } from "../support/same.ts";

/** Typed arrays, which have algorithms of their own, from and to every root. */
const part = (rank: number) => Int16Array.of(rank, -rank, 7);
const parts = (size: number) => Array.from({ length: size }, (_, rank) => part(rank));

test("bcast(), scatter() and gather() of typed arrays, for every size and root", async (t) => {
	await forEveryRoot(async (size, root) => {
		const results = await onRanks(size, "eager", async (channel) => {
			const isRoot = channel.rank === root;
			return [
				await bcast(channel, isRoot ? part(root) : undefined, root),
				await scatter(channel, isRoot ? parts(size) : undefined, root),
				await gather(channel, part(channel.rank), root),
			];
		});
		for (const [rank, result] of results.entries()) {
			same(t, result, [part(root), part(rank), rank === root ? parts(size) : undefined]);
		}
	});
});

test("reduce() of typed arrays and of objects, for every size and root", async (t) => {
	const merge = asOperator((a: { order: number[] }, b: { order: number[] }) => ({
		order: [...a.order, ...b.order],
	}));
	await forEveryRoot(async (size, root) => {
		const results = await onRanks(size, "eager", async (channel) => [
			await reduce(channel, part(channel.rank), SUM, root),
			await reduce(channel, { order: [channel.rank] }, merge, root),
		]);
		const sum = (size * (size - 1)) / 2;
		const order = Array.from({ length: size }, (_, rank) => rank);
		for (const [rank, result] of results.entries()) {
			same(
				t,
				result,
				rank === root ? [Int16Array.of(sum, -sum, 7 * size), { order }] : [undefined, undefined],
			);
		}
	});
});

test("reduceScatter() of a typed array gives each rank its block, for every size", async (t) => {
	await forEverySize(async (size, delivery) => {
		const blocks = await onRanks(size, delivery, (channel) =>
			reduceScatter(
				channel,
				Int32Array.from({ length: 2 * size }, (_, index) => channel.rank + index),
				SUM,
			),
		);
		const sum = (size * (size - 1)) / 2;
		for (const [rank, block] of blocks.entries()) {
			same(t, block, Int32Array.of(sum + size * 2 * rank, sum + size * (2 * rank + 1)));
		}
	});
});

test("allreduce() of Float32Array and Float64Array gives every rank the same bits, short and long", async (t) => {
	for (const ArrayType of [Float32Array, Float64Array]) {
		for (const [length, operator] of [
			[3, SUM],
			[3, PROD],
			// Beyond 256 KiB the blocks are reduced on different ranks.
			[70_001, SUM],
		] as const) {
			for (let size = 2; size <= (length > 3 ? 9 : 33); size++) {
				const sums = await onRanks(size, "shuffled", (channel) => {
					const next = random(channel.rank + 1);
					const wild = () => (next() - 0.5) * 10 ** Math.floor(next() * 12 - 6);
					const array = new ArrayType(length);
					for (const index of array.keys()) array[index] = wild();
					return allreduce(channel, array, operator);
				});
				const bits = sums.map((sum) => Buffer.from((sum as Float64Array).buffer));
				t.true(
					bits.every((each) => bits[0]?.equals(each)),
					`${ArrayType.name}(${length}) on ${size} ranks`,
				);
			}
		}
	}
});
