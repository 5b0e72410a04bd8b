/** AbortSignal on operations that wait. */
import assert from "node:assert/strict";
import { init } from "tsmpi";

const { world } = await init();
const { rank, size } = world;
const dest = (rank + 1) % size;
const source = (rank - 1 + size) % size;

// A receive that nobody serves ends with the signal's reason, and takes no message with it.
const reason = new Error("changed my mind");
const controller = new AbortController();
const cancelled = world.recv({ source, tag: 1, signal: controller.signal });
controller.abort(reason);
await assert.rejects(cancelled, (error) => error === reason);
// Nobody sends before everybody has cancelled.
await world.barrier();
await world.send("kept", { dest, tag: 1 });
assert.equal(await world.recv({ source, tag: 1 }), "kept");

// A deadline.
await assert.rejects(world.recv({ source, tag: 1, signal: AbortSignal.timeout(20) }), {
	name: "TimeoutError",
});
await assert.rejects(world.mprobe({ signal: AbortSignal.timeout(20), tag: 1 }), { name: "TimeoutError" });

// A signal that is aborted already: nothing happens at all.
const aborted = AbortSignal.abort(reason);
await assert.rejects(world.recv({ source, tag: 2, signal: aborted }), (error) => error === reason);
await assert.rejects(world.send("never", { dest, tag: 2, signal: aborted }), (error) => error === reason);
await world.send("sent", { dest, tag: 2 });
assert.equal(await world.recv({ source, tag: 2 }), "sent");

// Too late: the receive has matched and completes.
const late = new AbortController();
await world.send("matched", { dest, tag: 3 });
const got = await world.recv({ source, tag: 3, signal: late.signal });
late.abort(reason);
assert.equal(got, "matched");

// Between two receives, only the one that is cancelled goes.
const second = new AbortController();
const waiting = [
	world.recv({ source, tag: 4 }),
	world.recv({ source, tag: 4, signal: second.signal }),
	world.recv({ source, tag: 4 }),
];
second.abort(reason);
await assert.rejects(waiting[1] as Promise<unknown>, (error) => error === reason);
await world.barrier();
await world.send("first", { dest, tag: 4 });
await world.send("third", { dest, tag: 4 });
assert.deepEqual([await waiting[0], await waiting[2]], ["first", "third"]);

// A blocked send: its memory is free at once, and the message arrives as it was.
const array = new Uint8Array(2_000_000).fill(1);
const blocked = new AbortController();
const sent = world.ssend(array, { dest, tag: 5, signal: blocked.signal });
blocked.abort(reason);
await assert.rejects(sent, (error) => error === reason);
array.fill(2);
await world.send("marker", { dest, tag: 6 });
await world.recv({ source, tag: 6 });
assert.deepEqual(await world.recv({ source, tag: 5 }), new Uint8Array(2_000_000).fill(1));

// sendrecv whose receive is never served.
await assert.rejects(
	world.sendrecv("half", { dest, sendTag: 7, source, recvTag: 8, signal: AbortSignal.timeout(20) }),
	{ name: "TimeoutError" },
);
assert.equal(await world.recv({ source, tag: 7 }), "half");

// A collective that one rank gives up rejects on every rank.
await world.barrier();
await assert.rejects(world.barrier(rank === 0 ? { signal: aborted } : {}), { message: /changed my mind$/ });

// Also in the middle: rank 1, without which nobody can leave, enters only when rank 0 has given up.
if (rank === 0 && size > 1) {
	const stop = new AbortController();
	const call = world.barrier({ signal: stop.signal });
	stop.abort(reason);
	await assert.rejects(call, (error) => error === reason);
	await world.send("go", { dest: 1, tag: 9 });
} else if (size > 1) {
	if (rank === 1) await world.recv({ source: 0, tag: 9 });
	await assert.rejects(world.barrier(), { code: "ERR_OTHER", message: "Rank 0 failed: changed my mind" });
}
await world.barrier();
