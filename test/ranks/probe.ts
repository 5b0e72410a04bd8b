/** Looking at messages before receiving them, and sends that wait for their match. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { init, type Status } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const dest = (rank + 1) % size;
const source = (rank - 1 + size) % size;

async function probed(options: { source?: number; tag?: number }): Promise<Status> {
	for (;;) {
		const status = world.iprobe(options);
		if (status !== undefined) return status;
		await setImmediate();
	}
}

// mprobe takes the message out: a later receive gets the next one.
await world.send(Int16Array.of(1, 2, 3), { dest, tag: 7 });
await world.send("second", { dest, tag: 7 });
const message = await world.mprobe({ source, tag: 7 });
assert.deepEqual([message.source, message.tag, message.byteLength], [source, 7, 6]);
assert.equal(await world.recv({ source, tag: 7 }), "second");
assert.deepEqual(await message.recv(), Int16Array.of(1, 2, 3));
await assert.rejects(message.recv(), {
	code: "ERR_ARG",
	message: "Cannot receive this message: it has been received already",
});

// A message whose payload waits at the sender.
const large = world.send(new Uint8Array(3_000_000).fill(rank), { dest, tag: 8 });
const announced = await world.mprobe({ tag: 8 });
assert.equal(announced.byteLength, 3_000_000);
assert.deepEqual(await announced.recv(), new Uint8Array(3_000_000).fill(source));
await large;

// iprobe sees the oldest message that matches and leaves it where it is.
await world.send("a", { dest, tag: 1 });
await world.send("b", { dest, tag: 2 });
assert.equal((await probed({ source, tag: 2 })).tag, 2);
assert.equal((await probed({ source })).tag, 1);
assert.equal(world.iprobe({ source, tag: 3 }), undefined);
assert.deepEqual([await world.recv({ tag: 1 }), await world.recv({ tag: 2 })], ["a", "b"]);
assert.equal(world.iprobe({ tag: 1 }), undefined);

// ssend resolves only when it is matched, however small the message is.
await world.barrier();
let matched = false;
const synchronous = world.ssend("wait for me", { dest, tag: 20 }).then(() => {
	matched = true;
});
// The answer to this one comes back only after everything that the neighbour had to say about the first.
await world.send("after it", { dest, tag: 21 });
await world.recv({ source, tag: 21 });
await world.barrier();
assert.equal(matched, false);
await world.barrier();
assert.equal(await world.recv({ source, tag: 20 }), "wait for me");
await synchronous;
assert.equal(matched, true);
