/** What is sent arrives equal, and of the same type. */
import assert from "node:assert/strict";
import { init, MpiError } from "tsmpi";
import { classSamples, packedSamples, rawSamples, unpackableSamples } from "../support/values.ts";

const { world } = await init();
const dest = (world.rank + 1) % world.size;
const source = (world.rank - 1 + world.size) % world.size;

const samples = [...rawSamples, ...packedSamples];
const sends = samples.map(([, make]) => world.send(make(), { dest }));
for (const [name, make] of samples) assert.deepEqual(await world.recv({ source }), make(), name);
await Promise.all(sends);

for (const [, make] of classSamples) await world.send(make(), { dest });
for (const [name, , arrives] of classSamples) assert.deepEqual(await world.recv({ source }), arrives, name);

// The payload that waits at the sender, too.
const announced = rawSamples.map(([, make]) => world.ssend(make(), { dest }));
for (const [name, make] of rawSamples) assert.deepEqual(await world.recv({ source }), make(), name);
await Promise.all(announced);

// What cannot be packed rejects and sends nothing.
for (const [name, make, message] of unpackableSamples) {
	await assert.rejects(world.send(make(), { dest }), (error: unknown) => {
		assert.ok(error instanceof MpiError, name);
		assert.equal(error.code, "ERR_TYPE", name);
		assert.match(error.message, message, name);
		return true;
	});
}
await world.send("the next message", { dest });
assert.equal(await world.recv({ source }), "the next message");

// Values that arrive belong to the receiver alone.
const list = [{ a: 1 }];
await world.send(list, { dest });
const received = await world.recv<{ a: number }[]>({ source });
assert.deepEqual(received, list);
assert.notEqual(received[0], list[0]);
