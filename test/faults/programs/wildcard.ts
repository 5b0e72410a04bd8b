/** Rank 0 serves whoever writes to it while ranks 1 and 2 die one after the other; rank 3 lives. */
import assert from "node:assert/strict";
import { init } from "tsmpi";
import { die, failsWith } from "./death.ts";

const { world } = await init();
const { rank } = world;

if (rank === 1 || rank === 2) {
	if (rank === 2) {
		// Large: rank 0 hears of it, but does not get it any more.
		await world.recv({ source: 0 });
		void world.send(new Uint8Array(3_000_000), { dest: 0 }).catch(() => undefined);
		for (const tag of [5, 6]) await world.send("before", { dest: 0, tag });
	}
	await world.recv({ source: 0 });
	await die("kill");
}
if (rank === 0) {
	await world.send("die", { dest: 1 });
	await failsWith(world.recv({ source: 1 }), 1, "kill");
	await failsWith(world.recv(), 1, "kill");
	await failsWith(world.mprobe(), 1, "kill");
	// That a failed receive takes no message away is shown by the order of what rank 3 sends.
	await world.send("go", { dest: 3 });
	assert.deepEqual(world.ackFailed(), [1]);
	assert.deepEqual(world.failed(), [1]);
	assert.equal(await world.recv(), "first");
	assert.equal(await world.recv(), "second");
	await failsWith(world.recv({ source: 1 }), 1, "kill");

	// The next failure is news again, also for a receive that waits.
	await world.send("write", { dest: 2 });
	await world.recv({ source: 2, tag: 6 });
	const waiting = world.recv({ tag: 7 });
	await world.send("die", { dest: 2 });
	await failsWith(waiting, 2, "kill");
	await failsWith(world.recv({ tag: 7 }), 2, "kill");
	assert.deepEqual(world.failed(), [1, 2]);
	assert.deepEqual(world.ackFailed(), [1, 2]);
	// What came before it died is there, apart from what it has taken along.
	assert.equal(await world.recv(), "before");
	assert.equal(world.iprobe(), undefined);
	await world.send("go", { dest: 3 });
	assert.equal(await world.recv(), "third");
	await failsWith(world.barrier(), 1, "kill");
}
if (rank === 3) {
	await world.recv({ source: 0 });
	await world.send("first", { dest: 0 });
	await world.send("second", { dest: 0, tag: 3 });
	// Every rank acknowledges for itself.
	while (world.failed().length < 2) {
		await assert.rejects(world.recv(), { code: "ERR_PROC_FAILED" });
		if (world.failed().length < 2) await failsWith(world.recv({ source: 2 }), 2, "kill");
	}
	await world.recv({ source: 0 });
	await world.send("third", { dest: 0 });
}
