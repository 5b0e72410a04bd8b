/** Communicators keep their messages apart. */
import assert from "node:assert/strict";
import { init, PROC_NULL, SUM } from "tsmpi";

const mpi = await init();
const { world } = mpi;
const { rank, size } = world;
const ranks = Array.from({ length: size }, (_, index) => index);
const right = (rank + 1) % size;
const left = (rank - 1 + size) % size;

// The same ranks and tags in two communicators: no message crosses over, in whichever order they are received.
const dup = await world.dup();
assert.deepEqual([dup.rank, dup.size, dup.name], [rank, size, "world.dup()"]);
await world.send("world", { dest: right, tag: 1 });
await dup.send("dup", { dest: right, tag: 1 });
assert.equal(await dup.recv(), "dup");
assert.equal(dup.iprobe(), undefined);
assert.equal(await world.recv(), "world");
const both = [world.allreduce(1, { op: SUM }), dup.allgather(rank), world.allgather(-rank), dup.barrier()];
assert.deepEqual(await Promise.all(both), [size, ranks, ranks.map((other) => -other), undefined]);

// Halves, in reverse order, with ranks and roots of their own.
const half = await world.split({ color: rank % 2, key: -rank });
const members = ranks.filter((other) => other % 2 === rank % 2).reverse();
assert.ok(half !== undefined);
assert.deepEqual([half.rank, half.size], [members.indexOf(rank), members.length]);
assert.deepEqual(await half.allgather(rank), members);
assert.equal(
	await half.bcast(half.rank === half.size - 1 ? rank : undefined, { root: half.size - 1 }),
	members.at(-1),
);
await half.send(rank, { dest: (half.rank + 1) % half.size });
const message = await half.mprobe();
assert.equal(message.source, (half.rank - 1 + half.size) % half.size);
assert.equal(await message.recv(), members[message.source]);

// A message for a communicator that the receiver has not made yet waits for it.
const first = world.split({ color: rank === 0 ? undefined : 1 });
const rest = await first;
assert.equal(rest === undefined, rank === 0);
assert.equal(await rest?.allreduce(1, { op: SUM }), rank === 0 ? undefined : size - 1);

const listed = await world.create(ranks.slice(-2).reverse());
assert.deepEqual(await listed?.allgather(rank), rank >= size - 2 ? ranks.slice(-2).reverse() : undefined);
// A host's ranks, in their order in world.
const shared = await world.splitShared();
assert.deepEqual([shared.rank, shared.size], [mpi.localRank, mpi.localSize]);
const hosts = await world.allgather(mpi.nodeRank);
assert.deepEqual(
	await shared.allgather(rank),
	ranks.filter((other) => hosts[other] === mpi.nodeRank),
);

// A ring and an open line.
const ring = await world.cart({ dims: [size], periods: [true] });
assert.deepEqual(ring?.shift(0, 1), { source: left, dest: right });
const line = await world.cart({ dims: [size] });
assert.ok(line !== undefined);
const { source, dest } = line.shift(0, 1);
assert.deepEqual(
	[source, dest],
	[rank === 0 ? PROC_NULL : rank - 1, rank === size - 1 ? PROC_NULL : rank + 1],
);
const before = await line.sendrecv<number>(rank, { dest, source });
assert.equal(before, rank === 0 ? undefined : rank - 1);

// After free nothing can be done with it, and with the others everything.
dup.free();
const freed = { code: "ERR_COMM", message: /^Cannot \w+: world\.dup\(\) has been freed$/ };
await assert.rejects(dup.send(1, { dest: 0 }), freed);
await assert.rejects(dup.recv(), freed);
await assert.rejects(dup.barrier(), freed);
assert.throws(() => dup.free(), freed);
for (let count = 0; count < 50; count++) {
	const short = await world.dup();
	assert.equal(await short.allreduce(count, { op: SUM }), count * size);
	short.free();
}
assert.equal(await world.allreduce(1, { op: SUM }), size);
