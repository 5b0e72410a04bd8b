/** Many small messages: none is lost, their order stays, and the receiver's own timers run meanwhile. */
import assert from "node:assert/strict";
import { init } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const COUNT = 20_000;
const dest = (rank + 1) % size;
const source = (rank - 1 + size) % size;

// Only one lane at a time is under full load: the machine may have fewer cores than there are ranks.
if (rank === 0) {
	for (let count = 0; count < COUNT; count++) void world.send(count, { dest });
} else if (rank !== 1) {
	for (let count = 0; count < 100; count++) void world.send(count, { dest });
}
if (rank === 1 || size === 1) {
	let ticks = 0;
	const timer = setInterval(() => ticks++, 1);
	for (let count = 0; count < COUNT; count++) assert.equal(await world.recv({ source }), count);
	clearInterval(timer);
	if (size > 1) assert.ok(ticks > 0, "timers did not run while messages came in");
	for (let count = 0; count < 100; count++) if (size > 1) void world.send(count, { dest });
}
if (rank !== 1 && size > 1) {
	for (let count = 0; count < 100; count++) assert.equal(await world.recv({ source }), count);
}

// Each send awaited, beyond the budget for messages that nobody has received: the sender waits and goes on.
await world.barrier();
const block = new Uint8Array(100_000);
if (rank === 0) {
	for (let count = 0; count < 400; count++) {
		block[0] = count;
		await world.send(block, { dest: size - 1, tag: 1 });
		// To itself every send is buffered.
		if (size === 1) assert.equal((await world.recv<Uint8Array>({ tag: 1 }))[0], count % 256);
	}
} else if (rank === size - 1) {
	for (let count = 0; count < 400; count++) {
		const received = await world.recv<Uint8Array>({ source: 0, tag: 1 });
		assert.equal(received[0], count % 256);
	}
}
