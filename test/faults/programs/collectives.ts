/** A rank, named by the argument, dies while all others are in every collective at once, each on a communicator. */
import assert from "node:assert/strict";
import { type Comm, init, ProcessFailedError, SUM } from "tsmpi";
import { die, failsWith } from "./death.ts";

const { world } = await init();
const { rank, size } = world;
const dead = Number(process.argv[2]);
const ranks = Array.from({ length: size }, (_, index) => index);
const array = () => new Float64Array(size);
const ones = ranks.map(() => 1);
/** Enough for the algorithms of long arrays. */
const long = () => new Float64Array(100_000 * size);

/** True: nobody can finish it without the rank that dies. */
const collectives: [(comm: Comm) => Promise<unknown>, boolean][] = [
	[(comm) => comm.barrier(), true],
	[(comm) => comm.allgather(rank), true],
	[(comm) => comm.allgather(long()), true],
	[(comm) => comm.alltoall(ranks), true],
	[(comm) => comm.allreduce(rank, { op: SUM }), true],
	[(comm) => comm.allreduce(long(), { op: SUM }), true],
	[(comm) => comm.reduceScatter(array(), { op: SUM }), true],
	[(comm) => comm.allgatherv(array()), true],
	[(comm) => comm.alltoallv(array(), { sendCounts: ones }), true],
	[(comm) => comm.dup(), true],
	[(comm) => comm.split({ color: rank % 2 }), true],
	[(comm) => comm.splitShared(), true],
	[(comm) => comm.create([0]), true],
	[(comm) => comm.cart({ dims: [size] }), true],
	[(comm) => comm.bcast(rank, { root: dead }), true],
	[(comm) => comm.bcast(long(), { root: dead }), true],
	[(comm) => comm.scatter(undefined, { root: dead }), true],
	[(comm) => comm.scatterv(undefined as Float64Array | undefined, { root: dead }), true],
	...ranks.flatMap((root): [(comm: Comm) => Promise<unknown>, boolean][] => [
		[(comm) => comm.bcast(rank, { root }), root === dead],
		[(comm) => comm.bcast(long(), { root }), root === dead],
		[(comm) => comm.scatter(ranks, { root }), root === dead],
		[(comm) => comm.gather(long(), { root }), false],
		[(comm) => comm.gatherv(array(), { root }), false],
		[(comm) => comm.scatterv(array(), { root, counts: ones }), root === dead],
		[(comm) => comm.reduce(rank, { op: SUM, root }), false],
		[(comm) => comm.reduce(long(), { op: SUM, root }), false],
	]),
	[(comm) => comm.scan(rank, { op: SUM }), false],
	[(comm) => comm.exscan(rank, { op: SUM }), false],
];
const comms: Comm[] = [];
for (const _ of collectives) comms.push(await world.dup());

if (rank === dead) {
	for (const source of ranks) if (source !== rank) await world.recv({ source });
	await die("kill");
}
const running = collectives.map(([begin], index) => begin(comms[index] as Comm));
const outcomes = Promise.allSettled(running);
await world.send("running", { dest: dead });
for (const [index, outcome] of (await outcomes).entries()) {
	const [begin, needsDead] = collectives[index] as (typeof collectives)[number];
	if (outcome.status === "rejected") {
		const { reason } = outcome;
		assert.ok(reason instanceof ProcessFailedError, `${begin}: ${reason}`);
		assert.deepEqual([reason.rank, reason.signal], [dead, "SIGKILL"]);
	} else assert.ok(!needsDead, `${begin} has resolved`);
	// What is begun afterwards fails on every rank, also where it could be done.
	await failsWith(begin(comms[index] as Comm), dead, "kill");
}
