/** Messages that wait for their receive. */
import assert from "node:assert/strict";
import { init } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const MIB = 1024 * 1024;

/** Numbers that show a lost or swapped piece. */
function pattern(bytes: number, seed: number): Uint32Array {
	return Uint32Array.from({ length: bytes / 4 }, (_, index) => index * 2_654_435_761 + seed);
}

// Just below, at and above the limit from where on a message waits, and far above.
for (const bytes of [MIB - 4, MIB, MIB + 4, 32 * MIB]) {
	if (rank === 0) {
		const sends: Promise<void>[] = [];
		const array = pattern(bytes, 1);
		for (let dest = 1; dest < Math.min(size, 3); dest++) sends.push(world.send(array, { dest }));
		await Promise.all(sends);
		array.fill(0);
	} else if (rank < 3) {
		assert.deepEqual(await world.recv({ source: 0 }), pattern(bytes, 1));
	}
}

// Head-on: both send first.
const peer = rank ^ 1;
if (peer < size) {
	const sent = world.send(pattern(4 * MIB, rank), { dest: peer });
	assert.deepEqual(await world.recv({ source: peer }), pattern(4 * MIB, peer));
	await sent;
}

// To itself, without a receive that is posted first.
await world.send(pattern(4 * MIB, 5), { dest: rank, tag: 1 });
assert.deepEqual(await world.recv({ source: rank, tag: 1 }), pattern(4 * MIB, 5));

// Large values that are no typed arrays.
const text = "0123456789".repeat(MIB / 5);
const dest = (rank + 1) % size;
const sent = world.send({ text, rank }, { dest, tag: 2 });
assert.deepEqual(await world.recv({ tag: 2 }), { text, rank: (rank - 1 + size) % size });
await sent;
