/**
 * 100,000 messages of 1 KiB at a rank that does not receive yet. `flood.js awaited`: it waits on a timer, and each send
 * is awaited. `flood.js unawaited`: it computes, and no send is awaited, so that most messages wait at the sender. Each
 * message tells its number at both ends.
 */
import assert from "node:assert/strict";
import { setTimeout as timer } from "node:timers/promises";
import { init } from "tsmpi";
import { growth } from "../resident.ts";

const { world } = await init();
const COUNT = 100_000;
const BYTES = 1024;
const LAST = BYTES / 4 - 1;
const RECEIVER_MIB = 200;
const AWAY_MS = 1000;

function compute(ms: number): void {
	const end = performance.now() + ms;
	while (performance.now() < end);
}

async function receiveAll(batch: number): Promise<void> {
	for (let count = 0; count < COUNT; ) {
		const posted = Array.from({ length: batch }, () => world.recv<Uint32Array>({ source: 0 }));
		for (const message of await Promise.all(posted)) {
			assert.equal(message.byteLength, BYTES);
			assert.equal(message[0], count);
			assert.equal(message[LAST], count);
			count++;
		}
	}
	assert.equal(world.iprobe(), undefined);
}

function numbered(message: Uint32Array, count: number): Uint32Array {
	message[0] = count;
	message[LAST] = count;
	return message;
}

const awaited = process.argv[2] === "awaited";
await world.barrier();
const grown = growth();
if (world.rank === 0) {
	const began = performance.now();
	const sends: Promise<void>[] = [];
	for (let count = 0; count < COUNT; count++) {
		// What is not awaited is still the caller's memory, to be left alone: each message has its own.
		const sent = world.send(numbered(new Uint32Array(BYTES / 4), count), { dest: 1 });
		if (awaited) await sent;
		else sends.push(sent);
	}
	await Promise.all(sends);
	// Without limit they would all have left at once.
	assert.ok(performance.now() - began > AWAY_MS / 2, "sends did not wait for the receiver");
} else {
	if (awaited) await timer(AWAY_MS);
	else compute(AWAY_MS);
	// Batches of posted receives: payloads that wait at the sender then come together.
	await receiveAll(awaited ? 1 : 1000);
	const mib = grown();
	assert.ok(mib < RECEIVER_MIB, `the receiver grew by ${mib.toFixed(0)} MiB`);
}
