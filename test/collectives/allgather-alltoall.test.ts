import test from "ava";
import { allgather } from "../../src/collectives/allgather.ts";
import { alltoall } from "../../src/collectives/alltoall.ts";
import { forEverySize, onRanks, settledRanks, someSizes, trafficOf } from "../support/memory-channels.ts";
import { same } from "../support/same.ts";

const rows = (size: number) => Array.from({ length: size }, (_, rank) => rank);

test("allgather() gives every rank all values in rank order", async (t) => {
	await forEverySize(async (size, delivery) => {
		const item = (rank: number) => ({ rank, big: BigInt(rank), data: Float32Array.of(rank) });
		const results = await onRanks(size, delivery, (channel) => allgather(channel, item(channel.rank)));
		const expected = rows(size).map(item);
		for (const values of results) same(t, values, expected);
	});
});

test("allgather() takes large and small values at once, and keeps their types", async (t) => {
	const item = (rank: number) => {
		if (rank % 3 === 0) return new Float64Array(1000 + rank).fill(rank);
		if (rank % 3 === 1) return Buffer.from([rank, 1, 2]);
		return { text: "x".repeat(rank === 2 ? 10_000 : 3) };
	};
	for (const size of someSizes) {
		for (const delivery of ["shuffled", "rendezvous"] as const) {
			const results = await onRanks(size, delivery, (channel) => allgather(channel, item(channel.rank)));
			for (const values of results) same(t, values, rows(size).map(item));
		}
	}
});

test("allgather() gives every value memory of its own", async (t) => {
	const [first] = await onRanks(6, "eager", (channel) => allgather(channel, Uint8Array.of(channel.rank)));
	for (const value of first ?? []) t.is((value as Uint8Array).buffer.byteLength, 1);
});

test("allgather() returns the own value as it is", async (t) => {
	for (const size of [1, 3, 6]) {
		const own = { text: "mine" };
		const [values] = await onRanks(size, "eager", (channel) => allgather(channel, own));
		t.is(values?.[0], own);
	}
});

test("allgather() takes one round on few ranks, and as many as they have binary digits on more", async (t) => {
	for (let size = 2; size <= 33; size++) {
		const { rounds } = await trafficOf(size, (channel) => allgather(channel, channel.rank));
		t.is(rounds, size <= 4 ? 1 : Math.ceil(Math.log2(size)));
	}
});

test("alltoall() gives rank i the i-th value of every rank", async (t) => {
	await forEverySize(async (size, delivery) => {
		const results = await onRanks(size, delivery, (channel) =>
			alltoall(
				channel,
				rows(size).map((dest) => ({ from: channel.rank, dest })),
			),
		);
		for (const [dest, values] of results.entries()) {
			same(
				t,
				values,
				rows(size).map((from) => ({ from, dest })),
			);
		}
	});
});

test("alltoall() cuts a typed array into one block per rank, tiny and long ones alike", async (t) => {
	for (const size of [...someSizes, 33]) {
		for (const length of [0, 1, 3, 100]) {
			const results = await onRanks(size, "rendezvous", ({ rank, ...channel }) => {
				const array = Float64Array.from({ length: size * length }, (_, index) => rank * 10_000 + index);
				return alltoall({ rank, ...channel }, array);
			});
			for (const [dest, array] of results.entries()) {
				const expected = rows(size).flatMap((from) =>
					Array.from({ length }, (_, index) => from * 10_000 + dest * length + index),
				);
				same(t, array, Float64Array.from(expected));
			}
		}
	}
});

test("alltoall() of tiny blocks takes as many rounds as the ranks have binary digits", async (t) => {
	const { rounds, messages } = await trafficOf(16, (channel) => alltoall(channel, new Int32Array(16)));
	same(t, { rounds, messages }, { rounds: 4, messages: 16 * 4 });
});

test("alltoall() refuses a wrong number of values and an array that cannot be cut", async (t) => {
	await t.throwsAsync(
		onRanks(3, "eager", (channel) => alltoall(channel, [1, 2])),
		{ code: "ERR_COUNT", message: "Cannot alltoall 2 values: there are 3 ranks" },
	);
	await t.throwsAsync(
		onRanks(3, "eager", (channel) => alltoall(channel, new Int8Array(4))),
		{ code: "ERR_COUNT", message: /Int8Array\(4\).*3 ranks/ },
	);
});

test("a value that cannot be packed makes allgather() and alltoall() reject on every rank", async (t) => {
	for (const size of [2, 3, 5, 8]) {
		for (let bad = 0; bad < size; bad++) {
			const value = (rank: number) => (rank === bad ? Symbol("no value") : rank);
			const gathered = await settledRanks(size, (channel) => allgather(channel, value(channel.rank)));
			const exchanged = await settledRanks(size, (channel) =>
				alltoall(
					channel,
					rows(size).map((dest) => (dest === (bad + 1) % size ? value(channel.rank) : 0)),
				),
			);
			for (const { status } of [...gathered, ...exchanged]) t.is(status, "rejected");
		}
	}
});
