import test from "ava";
import { bcast } from "../../src/collectives/bcast.ts";
import { deliveries, forEveryRoot, onRanks, someSizes, trafficOf } from "../support/memory-channels.ts";
import { same } from "../support/same.ts";

const prompt = { text: "hello", tokens: Int32Array.of(1, 2, 3), options: new Map([["seed", 1n]]) };

test("bcast() gives every rank the root's value, for every size and root", async (t) => {
	await forEveryRoot(async (size, root) => {
		const values = await onRanks(size, "eager", ({ rank, ...channel }) =>
			bcast({ rank, ...channel }, rank === root ? prompt : undefined, root),
		);
		t.is(values[root], prompt);
		for (const value of values) same(t, value, prompt);
	});
});

test("bcast() gives every rank memory of its own", async (t) => {
	const values = await onRanks(5, "eager", (channel) => bcast(channel, Float64Array.of(1, 2), 3));
	for (const value of values) (value as Float64Array)[0] = Math.random();
	t.is(new Set(values.map((value) => (value as Float64Array)[0])).size, 5);
});

test("bcast() of a long typed array gives the same type and elements, however messages travel", async (t) => {
	const long = Float64Array.from({ length: 65_537 }, (_, index) => index / 3);
	for (const delivery of deliveries) {
		for (const size of [4, 5, 7, 8, 9]) {
			for (const root of [0, size - 2]) {
				const values = await onRanks(size, delivery, (channel) =>
					bcast(channel, channel.rank === root ? long : undefined, root),
				);
				for (const value of values) same(t, value, long);
			}
		}
	}
});

test("bcast() of a long Buffer gives Buffers", async (t) => {
	const long = Buffer.alloc(512 * 1024 + 3, "tsmpi");
	const values = await onRanks(6, "shuffled", (channel) => bcast(channel, channel.rank === 1 ? long : 0, 1));
	for (const value of values) t.true(Buffer.isBuffer(value) && value.equals(long));
});

test("bcast() hands on any value, also one that looks like its own header", async (t) => {
	const values = [undefined, null, 0, "", new ArrayBuffer(3), { "tsmpi:bcast": { form: "blocks" } }];
	for (const value of values) {
		for (const delivery of deliveries) {
			for (const size of someSizes) {
				const results = await onRanks(size, delivery, (channel) =>
					bcast(channel, channel.rank === 0 ? value : "ignored", 0),
				);
				for (const result of results) same(t, result, value);
			}
		}
	}
});

test("bcast() sends each rank one message, in no more rounds than the ranks have binary digits", async (t) => {
	for (let size = 1; size <= 33; size++) {
		const { messages, rounds } = await trafficOf(size, (channel) => bcast(channel, "x", 0));
		t.is(messages, size - 1);
		t.true(rounds <= Math.ceil(Math.log2(size)), `${rounds} rounds on ${size} ranks`);
	}
});

test("bcast() of a long typed array moves each byte about twice", async (t) => {
	const long = new Uint8Array(1 << 20);
	const { bytes } = await trafficOf(8, (channel) => bcast(channel, long, 0));
	t.true(bytes < 8 * long.length, `${bytes} bytes`);
});
