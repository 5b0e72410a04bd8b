import test from "ava";
import { gather } from "../../src/collectives/gather.ts";
import { scatter } from "../../src/collectives/scatter.ts";
import {
	deliveries,
	forEveryRoot,
	forEverySize,
	onRanks,
	settledRanks,
	someSizes,
	trafficOf,
} from "../support/memory-channels.ts";
import { same } from "../support/same.ts";

const item = (rank: number) => ({ rank, data: Float64Array.of(rank, -rank) });
const items = (size: number) => Array.from({ length: size }, (_, rank) => item(rank));

test("scatter() gives rank i the i-th value, for every size and root", async (t) => {
	await forEveryRoot(async (size, root) => {
		const values = await onRanks(size, "eager", (channel) =>
			scatter(channel, channel.rank === root ? items(size) : undefined, root),
		);
		same(t, values, items(size));
	});
});

test("gather() gives the root every rank's value in rank order, for every size and root", async (t) => {
	await forEveryRoot(async (size, root) => {
		const values = await onRanks(size, "eager", (channel) => gather(channel, item(channel.rank), root));
		for (const [rank, value] of values.entries()) same(t, value, rank === root ? items(size) : undefined);
	});
});

test("gather() and scatter() do not depend on how messages travel", async (t) => {
	await forEverySize(async (size, delivery) => {
		const root = size >> 1;
		const arrays = await onRanks(size, delivery, async (channel) => {
			const gathered = await gather(channel, Int32Array.of(channel.rank), root);
			return scatter(channel, gathered?.toReversed(), root);
		});
		same(
			t,
			arrays,
			Array.from({ length: size }, (_, rank) => Int32Array.of(size - 1 - rank)),
		);
	});
});

test("gather() twice at once does not mix", async (t) => {
	for (const delivery of deliveries) {
		const [first, second] = await Promise.all([
			onRanks(5, delivery, (channel) => gather(channel, `a${channel.rank}`, 1)),
			onRanks(5, delivery, (channel) => gather(channel, `b${channel.rank}`, 1)),
		]);
		same(t, first[1], ["a0", "a1", "a2", "a3", "a4"]);
		same(t, second[1], ["b0", "b1", "b2", "b3", "b4"]);
	}
});

test("gather() returns the root's own value as it is", async (t) => {
	const own = item(0);
	const [values] = await onRanks(3, "eager", (channel) => gather(channel, own, 0));
	t.is(values?.[0], own);
});

test("scatter() with a wrong number of values rejects on every rank, and says both numbers", async (t) => {
	for (const size of [2, 3, 8]) {
		const settled = await settledRanks(size, (channel) => scatter(channel, ["only one"], size - 1));
		for (const { status } of settled) t.is(status, "rejected");
	}
	await t.throwsAsync(
		onRanks(3, "eager", (channel) => scatter(channel, ["only one"], 0)),
		{ message: "Cannot scatter 1 values: there are 3 ranks" },
	);
});

test("a value that cannot be packed makes scatter() and gather() reject on every rank", async (t) => {
	for (const size of someSizes.slice(2)) {
		for (let bad = 0; bad < size; bad++) {
			const root = (bad + 1) % size;
			const scattered = await settledRanks(size, (channel) => {
				const values = Array.from({ length: size }, (_, rank) => (rank === bad ? () => bad : rank));
				return scatter(channel, values, root);
			});
			const gathered = await settledRanks(size, (channel) =>
				gather(channel, channel.rank === bad ? () => bad : 0, root),
			);
			for (const { status } of [...scattered, ...gathered]) t.is(status, "rejected");
		}
	}
});

test("scatter() takes one round", async (t) => {
	const { messages, rounds } = await trafficOf(9, (channel) => scatter(channel, items(9), 2));
	same(t, { messages, rounds }, { messages: 8, rounds: 1 });
});
