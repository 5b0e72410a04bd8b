import test from "ava";
import { asOperator, SUM } from "../../src/collectives/operators.ts";
import { reduceScatter } from "../../src/collectives/reduce-scatter.ts";
import { exscan, scan } from "../../src/collectives/scan.ts";
import { forEverySize, onRanks, settledRanks, someSizes } from "../support/memory-channels.ts";
import { same } from "../support/same.ts";

const nest = asOperator((a: string, b: string) => `(${a}${b})`);
const fold = (size: number, letter: (rank: number) => string) =>
	Array.from({ length: size }, (_, rank) => letter(rank)).reduce((a, b) => `(${a}${b})`);

test("scan() and exscan() give each rank the reduction up to it and before it", async (t) => {
	await forEverySize(async (size, delivery) => {
		const results = await onRanks(size, delivery, async (channel) => [
			await scan(channel, channel.rank, SUM),
			await exscan(channel, channel.rank, SUM),
			await scan(channel, Int32Array.of(channel.rank, 1), SUM),
			await exscan(channel, Int32Array.of(channel.rank, 1), SUM),
			await scan(channel, `${channel.rank},`, nest),
			await exscan(channel, `${channel.rank},`, nest),
		]);
		for (const [rank, result] of results.entries()) {
			const before = (rank * (rank - 1)) / 2;
			const letter = (each: number) => `${each},`;
			same(t, result, [
				before + rank,
				rank === 0 ? undefined : before,
				Int32Array.of(before + rank, rank + 1),
				rank === 0 ? undefined : Int32Array.of(before, rank),
				fold(rank + 1, letter),
				rank === 0 ? undefined : fold(rank, letter),
			]);
		}
	});
});

test("scan() leaves the caller's array alone and gives memory of its own", async (t) => {
	for (const size of someSizes) {
		const arrays = Array.from({ length: size }, (_, rank) => Float64Array.of(rank));
		const results = await onRanks(size, "rendezvous", (channel) => scan(channel, arrays[channel.rank], SUM));
		for (const result of results) (result as Float64Array).fill(-1);
		for (const [rank, array] of arrays.entries()) same(t, array, Float64Array.of(rank));
	}
});

test("scan(), exscan() and reduceScatter() reject on every rank where the operator throws at one", async (t) => {
	for (const size of [2, 3, 4, 5, 6, 8]) {
		const last = asOperator((_a: number, b: number) => {
			if (b === size - 1) throw new Error("not the last");
			return b;
		});
		const only = asOperator((a: number, b: number) => {
			if (a + b < 0) throw new Error("nothing negative");
			return a + b;
		});
		const calls = await Promise.all([
			settledRanks(size, (channel) => scan(channel, channel.rank, last)),
			settledRanks(size, (channel) => exscan(channel, channel.rank, last)),
			settledRanks(size, (channel) => scan(channel, channel.rank === size - 1 ? "text" : 1, SUM)),
			settledRanks(size, (channel) => exscan(channel, channel.rank === 0 ? "text" : 1, SUM)),
			settledRanks(size, (channel) => {
				// Only rank 1 gets values that the operator refuses.
				const values = Array.from({ length: size }, (_, rank) => (rank === 1 ? -1 : 1));
				return reduceScatter(channel, values, only);
			}),
		]);
		for (const [index, { status }] of calls.flat().entries())
			t.is(status, "rejected", `${size} ranks, ${index}`);
	}
});

test("reduceScatter() reduces item i at rank i, functions in rank order", async (t) => {
	await forEverySize(async (size, delivery) => {
		const results = await onRanks(size, delivery, async (channel) => [
			await reduceScatter(
				channel,
				Array.from({ length: size }, (_, dest) => channel.rank * dest),
				SUM,
			),
			await reduceScatter(
				channel,
				Array.from({ length: size }, (_, dest) => `${channel.rank}:${dest},`),
				nest,
			),
		]);
		for (const [rank, result] of results.entries()) {
			same(t, result, [(rank * size * (size - 1)) / 2, fold(size, (source) => `${source}:${rank},`)]);
		}
	});
});

test("reduceScatter() cuts a typed array into equal blocks, short and long", async (t) => {
	for (const size of [1, 2, 3, 4, 5, 8]) {
		for (const length of [0, 1, 3, 20_000]) {
			for (const delivery of ["shuffled", "rendezvous"] as const) {
				const whole = Float64Array.from({ length: size * length }, (_, index) => index);
				const blocks = await onRanks(size, delivery, (channel) => reduceScatter(channel, whole, SUM));
				for (const [rank, block] of blocks.entries()) {
					same(
						t,
						block,
						Float64Array.from({ length }, (_, index) => (rank * length + index) * size),
					);
				}
				same(t, whole.at(-1), length === 0 ? undefined : size * length - 1);
			}
		}
	}
});

test("reduceScatter() refuses arrays that cannot be cut, and different ones on every rank", async (t) => {
	await t.throwsAsync(
		onRanks(4, "eager", (channel) => reduceScatter(channel, new Int32Array(6), SUM)),
		{
			code: "ERR_COUNT",
			message: "Cannot reduceScatter Int32Array(6): its length is a multiple of the 4 ranks",
		},
	);
	for (const [usual, odd] of [
		[new Float64Array(12), new Float64Array(24)],
		[new Float64Array(12), new Float32Array(12)],
		[new Float64Array(120_000), new Float64Array(240_000)],
	] as const) {
		for (const size of [2, 3, 4]) {
			const settled = await settledRanks(size, (channel) =>
				reduceScatter(channel, channel.rank === 1 ? odd : usual, SUM),
			);
			for (const { status } of settled) t.is(status, "rejected");
		}
	}
});
