import test from "ava";
import { allgatherv } from "../../src/collectives/allgatherv.ts";
import { alltoallv } from "../../src/collectives/alltoallv.ts";
import { gatherv } from "../../src/collectives/gatherv.ts";
import { scatterv } from "../../src/collectives/scatterv.ts";
import {
	deliveries,
	forEveryRoot,
	forEverySize,
	onRanks,
	settledRanks,
	someSizes,
} from "../support/memory-channels.ts";
import { same } from "../support/same.ts";

/** Rank r owns r % 4 elements: some own none. */
const countsOf = (size: number) => Array.from({ length: size }, (_, rank) => rank % 4);
const part = (rank: number) => new Float64Array(rank % 4).fill(rank);
const whole = (size: number) =>
	Float64Array.from(Array.from({ length: size }, (_, rank) => [...part(rank)]).flat());

test("scatterv() cuts the root's array by the counts, for every size and root", async (t) => {
	await forEveryRoot(async (size, root) => {
		const parts = await onRanks(size, "eager", (channel) =>
			channel.rank === root
				? scatterv(channel, whole(size), countsOf(size), undefined, root)
				: scatterv(channel, undefined, undefined, undefined, root),
		);
		same(
			t,
			parts,
			Array.from({ length: size }, (_, rank) => part(rank)),
		);
	});
});

test("scatterv() with displacements may leave gaps and give elements twice", async (t) => {
	const array = Int16Array.of(0, 1, 2, 3, 4, 5);
	for (const delivery of deliveries) {
		const parts = await onRanks(3, delivery, (channel) => scatterv(channel, array, [2, 3, 1], [4, 1, 1], 1));
		same(t, parts, [Int16Array.of(4, 5), Int16Array.of(1, 2, 3), Int16Array.of(1)]);
	}
});

test("scatterv() gives the root memory of its own too, also of a Buffer", async (t) => {
	const bytes = Buffer.from("abcd");
	const [own, other] = await onRanks(2, "eager", (channel) => scatterv(channel, bytes, [2, 2], undefined, 0));
	bytes.fill("x");
	same(t, [own, other], [Buffer.from("ab"), Buffer.from("cd")]);
});

test("scatterv() refuses counts that do not fit, on every rank", async (t) => {
	const array = new Uint8Array(5);
	const wrong: readonly (readonly [counts: number[], displs: number[] | undefined, message: RegExp])[] = [
		[[2, 2], undefined, /^Cannot scatterv with 2 counts: one per rank is needed, 3$/],
		[[2, 2, 2], undefined, /^Cannot scatterv 2 elements from 4 for rank 2: .* array of 5$/],
		[[2, -1, 2], undefined, /^Cannot scatterv -1 elements from 2 for rank 1/],
		[[1, 1, 1], [0, 5, 0], /^Cannot scatterv 1 elements from 5 for rank 1/],
		[[1, 1, 1], [0], /^Cannot scatterv with 1 displacements/],
		[[1.5, 1, 1], undefined, /^Cannot scatterv 1.5 elements/],
	];
	for (const [counts, displs, message] of wrong) {
		const settled = await settledRanks(3, (channel) => scatterv(channel, array, counts, displs, 1));
		for (const result of settled) {
			t.is(result.status, "rejected");
			if (result.status === "rejected") {
				t.regex(result.reason.message, message);
				t.is(result.reason.code, "ERR_COUNT");
			}
		}
	}
});

test("gatherv() joins the ranks' elements at the root, for every size and root", async (t) => {
	await forEveryRoot(async (size, root) => {
		const arrays = await onRanks(size, "eager", (channel) => gatherv(channel, part(channel.rank), root));
		for (const [rank, array] of arrays.entries()) same(t, array, rank === root ? whole(size) : undefined);
	});
});

test("gatherv(), allgatherv() and alltoallv() refuse arrays of different types, on every rank", async (t) => {
	for (const size of [2, 3, 6]) {
		for (let odd = 0; odd < size; odd++) {
			const array = (rank: number) => (rank === odd ? new Float32Array(size) : new Float64Array(size));
			const ones = new Uint8Array(size).fill(1);
			const calls = await Promise.all([
				settledRanks(size, (channel) => gatherv(channel, array(channel.rank), size - 1)),
				settledRanks(size, (channel) => allgatherv(channel, array(channel.rank))),
				settledRanks(size, (channel) => alltoallv(channel, array(channel.rank), ones)),
			]);
			for (const { status } of calls.flat()) t.is(status, "rejected");
		}
	}
	await t.throwsAsync(
		onRanks(2, "eager", ({ rank, ...channel }) =>
			gatherv({ rank, ...channel }, rank === 0 ? new Int8Array(1) : new Int16Array(1), 0),
		),
		{ code: "ERR_TYPE", message: /Int8Array of rank 0 and Int16Array of rank 1/ },
	);
});

test("gatherv() refuses what is no typed array", async (t) => {
	await t.throwsAsync(
		onRanks(1, "eager", (channel) => gatherv(channel, [1, 2] as never, 0)),
		{ code: "ERR_TYPE", message: "Cannot gatherv a Array: a typed array is needed" },
	);
});

test("allgatherv() joins the ranks' elements on every rank", async (t) => {
	await forEverySize(async (size, delivery) => {
		const arrays = await onRanks(size, delivery, (channel) => allgatherv(channel, part(channel.rank)));
		for (const array of arrays) same(t, array, whole(size));
	});
});

test("alltoallv() gives rank i the i-th part of every rank, joined in rank order", async (t) => {
	await forEverySize(async (size, delivery) => {
		// Rank s sends (s + d) % 3 elements to rank d.
		const count = (source: number, dest: number) => (source + dest) % 3;
		const ranks = Array.from({ length: size }, (_, rank) => rank);
		const block = (source: number, dest: number) =>
			new Array<number>(count(source, dest)).fill(100 * source + dest);
		const arrays = await onRanks(size, delivery, (channel) => {
			const array = Int32Array.from(ranks.flatMap((dest) => block(channel.rank, dest)));
			return alltoallv(
				channel,
				array,
				ranks.map((dest) => count(channel.rank, dest)),
			);
		});
		for (const [dest, array] of arrays.entries()) {
			same(t, array, Int32Array.from(ranks.flatMap((source) => block(source, dest))));
		}
	});
});

test("alltoallv() takes displacements", async (t) => {
	for (const size of someSizes) {
		const displs = Array.from({ length: size }, (_, rank) => size - 1 - rank);
		const arrays = await onRanks(size, "shuffled", (channel) =>
			alltoallv(
				channel,
				Uint8Array.from({ length: size }, (_, index) => index),
				new Array(size).fill(1),
				displs,
			),
		);
		for (const [rank, array] of arrays.entries()) same(t, array, new Uint8Array(size).fill(size - 1 - rank));
	}
});
