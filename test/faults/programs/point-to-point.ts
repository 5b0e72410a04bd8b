/** The last of 8 ranks dies, in the way that the argument names, while each other rank is in another operation with it. */
import assert from "node:assert/strict";
import { type Comm, init, SUM } from "tsmpi";
import { die, failsWith, type Way } from "./death.ts";

const way = process.argv[2] as Way;
const { world } = await init();
const { rank, size } = world;
const last = size - 1;
const large = () => new Uint8Array(3_000_000);

// Communicators of the rank that dies, and without it.
const others = (await world.split({ color: rank === last ? 1 : 0 })) as Comm;
const pair = (await world.split({ color: rank >= last - 1 ? 1 : 0 })) as Comm;

/** What rank 0 to 6 does when the last one dies. */
const operations: (() => Promise<unknown>)[] = [
	() => world.recv({ source: last, tag: 1 }),
	() => world.recv(),
	() => world.send(large(), { dest: last }),
	() => world.sendrecv(large(), { dest: last, source: last }),
	() => world.ssend("small", { dest: last }),
	() => world.mprobe({ source: last }),
	() => pair.recvInto(new Uint8Array(8), { source: 1 }),
];

if (rank === last) {
	// What it has sent before still counts.
	for (let dest = 0; dest < last; dest++) await world.send(`from ${dest}`, { dest, tag: 5 });
	for (let source = 0; source < last; source++) await world.recv({ source, tag: 9 });
	await die(way);
}

const untouched = others.recv({ source: (rank + 1) % last, tag: 3 });
assert.equal(await world.recv({ source: last, tag: 5 }), `from ${rank}`);
const operation = (operations[rank] as () => Promise<unknown>)();
await world.send("ready", { dest: last, tag: 9 });
await failsWith(operation, last, way);

// From here on at once.
await failsWith(world.recv({ source: last }), last, way);
await failsWith(world.recv(), last, way);
await failsWith(world.mprobe(), last, way);
await failsWith(world.send("small", { dest: last }), last, way);
await failsWith(world.ssend("small", { dest: last }), last, way);
await failsWith(world.sendrecv("small", { dest: last, source: 0 }), last, way);
await failsWith(world.barrier(), last, way);
await failsWith(world.allreduce(rank, { op: SUM }), last, way);
await failsWith((async () => world.iprobe({ source: last }))(), last, way);
assert.deepEqual(world.failed(), [last]);
assert.deepEqual(others.failed(), []);
assert.deepEqual(pair.failed(), rank === last - 1 ? [1] : []);

// What does not need it goes on: the receive from before, collectives, and messages on the same communicator.
await others.send(rank, { dest: (rank + last - 1) % last, tag: 3 });
assert.equal(await untouched, (rank + 1) % last);
assert.equal(await others.allreduce(1, { op: SUM }), last);
const sent = world.send(large(), { dest: (rank + 1) % last, tag: 4 });
assert.equal((await world.recv<Uint8Array>({ source: (rank + last - 1) % last, tag: 4 })).length, 3_000_000);
await sent;
