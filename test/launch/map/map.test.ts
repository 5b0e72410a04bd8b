import test from "ava";
import type { Host } from "../../../launch/hosts/hosts.ts";
import { coresOfRank, expandRanges } from "../../../launch/machine/cores.ts";
import { mapText } from "../../../launch/map/display-map.ts";
import { mapRanks } from "../../../launch/map/map.ts";

const A: Host = { name: "a", slots: 2 };
const B: Host = { name: "b", slots: 3, maxSlots: 4 };
const SLOT = { mapBy: "slot", rankBy: "slot", oversubscribe: false } as const;

function hosts(ranks: ReturnType<typeof mapRanks>): string {
	return ranks.map(({ host }) => host.name).join("");
}

test("mapRanks() without a count fills every slot", (t) => {
	t.is(hosts(mapRanks([A, B], [undefined], SLOT)), "aabbb");
});

test("mapRanks() by slot fills one host after the other", (t) => {
	const ranks = mapRanks([A, B], [3], SLOT);
	t.is(hosts(ranks), "aab");
	t.deepEqual(
		ranks.map(({ rank, size, localRank, localSize, nodeRank }) => [
			rank,
			size,
			localRank,
			localSize,
			nodeRank,
		]),
		[
			[0, 3, 0, 2, 0],
			[1, 3, 1, 2, 0],
			[2, 3, 0, 1, 1],
		],
	);
});

test("mapRanks() by node deals the ranks out", (t) => {
	t.is(hosts(mapRanks([A, B], [5], { ...SLOT, mapBy: "node", rankBy: "node" })), "ababb");
});

test("mapRanks() numbers the ranks as rankBy says, wherever mapBy puts them", (t) => {
	t.is(hosts(mapRanks([A, B], [4], { ...SLOT, mapBy: "node" })), "aabb");
	t.is(hosts(mapRanks([A, B], [4], { ...SLOT, rankBy: "node" })), "abab");
	t.deepEqual(
		mapRanks([A, B], [4], { ...SLOT, rankBy: "node" }).map(({ localRank, nodeRank }) => [
			localRank,
			nodeRank,
		]),
		[
			[0, 0],
			[0, 1],
			[1, 0],
			[1, 1],
		],
	);
});

test("mapRanks() puts the same number on each host for ppr:N:node", (t) => {
	const two = { ...SLOT, mapBy: { perNode: 2 } };
	t.is(hosts(mapRanks([A, B], [undefined], two)), "aabb");
	t.is(hosts(mapRanks([A, B], [undefined], { ...two, rankBy: "node" })), "abab");
	t.is(hosts(mapRanks([A, B], [3], two)), "aab");
	t.throws(() => mapRanks([A, B], [5], two), {
		message: "Cannot start 5 ranks by --map-by ppr:2:node: 2 on each of 2 hosts are 4",
	});
	const three = { ...SLOT, mapBy: { perNode: 3 } };
	t.throws(() => mapRanks([A, B], [undefined], three), {
		message: "Cannot start 3 ranks on a: it has 2 slots (--oversubscribe allows more)",
	});
	t.is(hosts(mapRanks([A, B], [undefined], { ...three, oversubscribe: true })), "aaabbb");
	t.throws(() => mapRanks([A, B], [undefined], { ...SLOT, mapBy: { perNode: 5 }, oversubscribe: true }), {
		message: "Cannot start 5 ranks on b: its max_slots is 4",
	});
});

test("mapRanks() counts only hosts that have ranks", (t) => {
	const ranks = mapRanks([A, B], [2], SLOT);
	t.deepEqual(
		ranks.map(({ nodeRank }) => nodeRank),
		[0, 0],
	);
});

test("mapRanks() refuses more ranks than slots", (t) => {
	t.throws(() => mapRanks([A, B], [6], SLOT), {
		message: "Cannot start 6 ranks: the hosts have 5 slots (--oversubscribe allows more)",
	});
});

test("mapRanks() oversubscribes evenly, but never above max_slots", (t) => {
	const rules = { ...SLOT, oversubscribe: true } as const;
	t.is(hosts(mapRanks([A, B], [7], rules)), "aaabbbb");
	t.is(hosts(mapRanks([A, B], [9], rules)), "aaaaabbbb");
	t.throws(() => mapRanks([B], [5], rules), {
		message: "Cannot start 5 ranks: max_slots of the hosts allows 4",
	});
});

test("mapRanks() gives each program its ranks in order", (t) => {
	t.deepEqual(
		mapRanks([A, B], [1, 3], SLOT).map(({ program }) => program),
		[0, 1, 1, 1],
	);
});

test("coresOfRank() shares the cores out, or deals single ones", (t) => {
	const cores = expandRanges("0-2,5,7-8");
	t.deepEqual(cores, [0, 1, 2, 5, 7, 8]);
	t.deepEqual(coresOfRank(cores, 1, 2), [5, 7, 8]);
	t.deepEqual(coresOfRank(cores, 3, 4), [5]);
	t.deepEqual(coresOfRank([0, 1], 3, 4), [1]);
});

test("mapText() shows hosts, ranks, GPUs and cores, and says when GPUs are shared", (t) => {
	const displayed = mapRanks([{ name: "a", slots: 1 }], [2], { ...SLOT, oversubscribe: true }).map(
		(mapped) => ({
			mapped,
			command: ["/bin/echo", "two words"],
			gpus: ["GPU-1"],
			cores: "0,1",
			asked: true,
		}),
	);
	const options = { gpus: new Map([[0, ["GPU-1"]]]), gpusPerRank: 1, commands: true };
	t.is(
		mapText(displayed, options),
		[
			"Map: 2 ranks on 1 host",
			"host a: 1 slot, 1 GPU, 2 ranks, oversubscribed",
			"  1 GPU for 2 ranks: ranks share GPUs",
			"  rank 0: local rank 0, GPU GPU-1, cores 0,1, /bin/echo 'two words'",
			"  rank 1: local rank 1, GPU GPU-1, cores 0,1, /bin/echo 'two words'",
			"",
		].join("\n"),
	);
});
