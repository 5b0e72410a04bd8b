/** Once `send` has resolved, the caller may write to what it sent. */
import assert from "node:assert/strict";
import { init } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const dest = (rank + 1) % size;
const source = (rank - 1 + size) % size;
const LENGTHS = [1, 16, 200, 600, 8192, 16_384, 131_072, 200_000, 400_000];

async function sendAll(): Promise<void> {
	for (const length of LENGTHS) {
		const array = new Float64Array(length).fill(length);
		await world.send(array, { dest });
		array.fill(-1);
		const bytes = Buffer.alloc(length, "a");
		await world.send(bytes, { dest });
		bytes.fill("z");
		const object = { array: new Float64Array(length).fill(2), list: [length] };
		await world.send(object, { dest });
		object.array.fill(-1);
		object.list[0] = -1;
	}
}

async function receiveAll(): Promise<void> {
	for (const length of LENGTHS) {
		assert.deepEqual(await world.recv({ source }), new Float64Array(length).fill(length));
		assert.deepEqual(await world.recv({ source }), Buffer.alloc(length, "a"));
		const { array, list } = await world.recv<{ array: Float64Array; list: number[] }>({ source });
		assert.deepEqual([array, list], [new Float64Array(length).fill(2), [length]]);
	}
}

// Received while it is sent, and (up to the eager budget) only afterwards.
await Promise.all([sendAll(), receiveAll()]);

// One array for many sends at once: each carries what the array held when its turn came.
const COUNT = 2000;
const shared = new Int32Array(100);
const sends: Promise<void>[] = [];
for (let count = 0; count < COUNT; count++) {
	sends.push(world.send(shared.fill(count), { dest }));
}
for (let count = 0; count < COUNT; count++) {
	assert.deepEqual(await world.recv({ source }), new Int32Array(100).fill(count));
}
await Promise.all(sends);

// The receiver's memory is its own: nobody else writes to it later.
const kept: Uint8Array[] = [];
for (let count = 0; count < 50; count++) {
	await world.send(new Uint8Array(3000).fill(count), { dest });
	kept.push(await world.recv<Uint8Array>({ source }));
}
for (const [count, array] of kept.entries()) assert.deepEqual(array, new Uint8Array(3000).fill(count));
