/** Joining twice, placement, and leaving the job. */
import assert from "node:assert/strict";
import { hostname } from "node:os";
import { FinalizedError, init, SUM } from "tsmpi";

const mpi = await init();
assert.equal(await init(), mpi);
const { world } = mpi;
const { rank, size } = world;
assert.deepEqual([mpi.hostname, world.name], [hostname(), "world"]);
const places = await world.allgather([mpi.hostname, mpi.localRank, mpi.localSize, mpi.nodeRank] as const);
const nodes = new Set(places.map(([, , , node]) => node));
assert.deepEqual(
	[...nodes].sort(),
	[...nodes.keys()].map((_, index) => index),
);
for (const node of nodes) {
	const own = places.filter((place) => place[3] === node);
	assert.deepEqual(
		own,
		own.map(([name], index) => [name, index, own.length, node]),
	);
	assert.equal(new Set(own.map(([name]) => name)).size, 1);
}
assert.equal(rank, Number(process.env.TSMPI_RANK ?? 0));
assert.equal(size, Number(process.env.TSMPI_SIZE ?? 1));

// finalize waits for sends and collectives that were not awaited.
const right = (rank + 1) % size;
const sent = world.send(new Uint8Array(2_000_000), { dest: right, tag: 1 });
const received = world.recv({ tag: 1 });
await received;
// Of several rounds, with nothing else under way: between two of them this rank waits for nobody.
const sum = world.allreduce(1, { op: SUM });
const left = mpi.finalize();
assert.equal(mpi.finalize(), left);

for (const operation of [
	() => world.send(1, { dest: 0 }),
	() => world.recv(),
	() => world.barrier(),
	() => world.bcast(1),
	() => world.dup(),
	() => world.mprobe(),
]) {
	await assert.rejects(operation(), (error: unknown) => {
		assert.ok(error instanceof FinalizedError);
		assert.equal(error.code, "ERR_FINALIZED");
		assert.match(error.message, /^Cannot \w+: this rank has called finalize\(\)$/);
		return true;
	});
}
assert.throws(() => world.iprobe(), FinalizedError);
await left;
await sent;
assert.equal(await sum, size);
await mpi.finalize();
await mpi[Symbol.asyncDispose]();
await assert.rejects(world.send("late", { dest: 0 }), FinalizedError);
