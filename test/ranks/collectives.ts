/** Every collective, for every root, with values and with typed arrays. */
import assert from "node:assert/strict";
import { init } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const ranks = Array.from({ length: size }, (_, index) => index);

/** What rank `source` contributes: the small ones eager, the large one cut up or announced. */
const contributions: readonly ((source: number) => unknown)[] = [
	(source) => source,
	(source) => ({ from: source, list: [new Map([[source, 1n]])], nothing: undefined }),
	(source) => (source % 2 === 0 ? undefined : `odd ${source}`),
	(source) => Float64Array.of(source, -0, NaN),
	(source) => new Int8Array(source),
	(source) => Buffer.from(`rank ${source}`),
	(source) => new Float32Array(400_000).fill(source),
];

for (const of of contributions) {
	for (const root of ranks) {
		assert.deepEqual(await world.bcast(rank === root ? of(root) : "ignored", { root }), of(root));
		const values = rank === root ? ranks.map(of) : undefined;
		assert.deepEqual(await world.scatter(values, { root }), of(rank));
		assert.deepEqual(await world.gather(of(rank), { root }), rank === root ? ranks.map(of) : undefined);
	}
	assert.deepEqual(await world.allgather(of(rank)), ranks.map(of));
	assert.deepEqual(
		await world.alltoall(ranks.map(of)),
		ranks.map(() => of(rank)),
	);
	await world.barrier();
}

// The root is 0 when none is given; who is not the root need not pass anything.
assert.equal(await world.bcast(rank === 0 ? "from 0" : undefined), "from 0");
assert.equal(await world.scatter(rank === 0 ? ranks : undefined), rank);
assert.equal((await world.gather(rank))?.length, rank === 0 ? size : undefined);

// A typed array is one block per rank.
for (const block of [1, 3, 50_000]) {
	const array = Int32Array.from(
		{ length: block * size },
		(_, index) => rank * 1000 + Math.floor(index / block),
	);
	const expected = Int32Array.from(
		{ length: block * size },
		(_, index) => Math.floor(index / block) * 1000 + rank,
	);
	assert.deepEqual(await world.alltoall(array), expected);
}

// What arrives is the receiver's own memory.
const shared = await world.bcast(Int32Array.of(1, 2));
shared[0] = rank;
await world.barrier();
assert.deepEqual(shared, Int32Array.of(rank, 2));

// No rank leaves a barrier before the last one has entered it.
for (const last of ranks) {
	if (rank === last)
		for (const dest of ranks) if (dest !== rank) await world.send("entering", { dest, tag: 1 });
	await world.barrier();
	if (rank !== last) {
		// It was sent before the last rank entered, so it is here, or on its way through this rank's own socket.
		assert.equal(await world.recv({ source: last, tag: 1 }), "entering");
	}
}
