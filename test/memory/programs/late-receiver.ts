/** 1,000 messages of 8 MiB to a rank that starts to receive 5 s later: neither of the two grows with their number. */
import assert from "node:assert/strict";
import { setTimeout as timer } from "node:timers/promises";
import { init } from "tsmpi";
import { growth, MIB } from "../resident.ts";

const { world } = await init();
const COUNT = 1000;
const BYTES = 8 * MIB;
const LIMIT_MIB = 100;

await world.barrier();
const grown = growth();
if (world.rank === 0) {
	const message = new Uint32Array(BYTES / 4);
	for (let count = 0; count < COUNT; count++) {
		message[0] = count;
		message[message.length - 1] = count;
		await world.send(message, { dest: 1 });
	}
} else {
	await timer(5000);
	for (let count = 0; count < COUNT; count++) {
		const message = await world.recv<Uint32Array>({ source: 0 });
		assert.equal(message.byteLength, BYTES);
		assert.equal(message[0], count);
		assert.equal(message.at(-1), count);
	}
}
const mib = grown();
const who = world.rank === 0 ? "sender" : "receiver";
assert.ok(mib < LIMIT_MIB, `the ${who} grew by ${mib.toFixed(0)} MiB`);
