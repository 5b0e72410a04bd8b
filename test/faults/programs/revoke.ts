/** Rank 0 revokes a communicator while each other rank is in another operation on it. */
import assert from "node:assert/strict";
import { type Comm, init, SUM } from "tsmpi";
import { isRevoked } from "./death.ts";

const { world } = await init();
const { rank, size } = world;
const comm = await world.dup();
const other = await world.dup();
const large = () => new Uint8Array(3_000_000);

// A message that rank 1 has taken, but not received yet.
if (rank === 0) void comm.send("for later", { dest: 1, tag: 6 });
const message = rank === 1 ? await comm.mprobe({ source: 0, tag: 6 }) : undefined;
if (rank === 0) void comm.send("never taken", { dest: 1, tag: 7 });

const operations: (() => Promise<unknown>[])[] = [
	() => [],
	() => [comm.recv({ source: 0, tag: 1 }), comm.mprobe({ source: 0, tag: 1 })],
	() => [comm.recv({ tag: 2 }), comm.recvInto(new Uint8Array(1), { tag: 2 })],
	() => [comm.send(large(), { dest: 0 }), comm.ssend("small", { dest: 0 })],
	() => [comm.sendrecv(large(), { dest: 0, source: 0, recvTag: 3 })],
	() => [
		comm.barrier(),
		comm.allreduce(new Float64Array(100_000), { op: SUM }),
		comm.bcast(rank, { root: 0 }),
	],
];
const pending = (operations[rank] as () => Promise<unknown>[])().map((operation) => isRevoked(operation));
// Insulation: this goes on through it.
const elsewhere = other.recv({ source: (rank + 1) % size });
assert.equal(comm.revoked, false);
await other.barrier();
if (rank === 0) {
	comm.revoke();
	comm.revoke();
}
await Promise.all(pending);
// Who was in nothing has not heard of it yet, and hears of it here.
await isRevoked(comm.recv({ source: rank }));
assert.equal(comm.revoked, true);

// At once, and nothing that is not refused gets anywhere.
for (const operation of [
	() => comm.send("small", { dest: (rank + 1) % size }),
	() => comm.recv({ source: 0, tag: 7 }),
	() => comm.mprobe(),
	async () => comm.iprobe(),
	() => comm.barrier(),
	() => comm.gather(rank),
	() => comm.dup(),
	() => message?.recv() ?? comm.recv(),
]) {
	await isRevoked(operation());
}
await other.send(rank, { dest: (rank + size - 1) % size });
assert.equal(await elsewhere, (rank + 1) % size);
assert.equal(await other.allreduce(1, { op: SUM }), size);

// What is left to do with it.
assert.deepEqual(comm.failed(), []);
assert.deepEqual(comm.ackFailed(), []);
assert.equal(await comm.agree(rank < size), true);
assert.equal(await comm.agree(rank !== 2), false);
assert.equal(await comm.agree(-1 << rank), -1 << (size - 1));
const shrunk: Comm = await comm.shrink();
assert.equal(shrunk.revoked, false);
assert.deepEqual(
	await shrunk.allgather(rank),
	Array.from({ length: size }, (_, index) => index),
);

// Calls that do not fit together fail on every rank.
await assert.rejects(rank === 1 ? shrunk.shrink() : shrunk.agree(1), {
	code: "ERR_OTHER",
	message: "Ranks call different operations: rank 0 calls agree, rank 1 calls shrink",
});
await assert.rejects(rank === 1 ? shrunk.agree(true) : shrunk.agree(1), { code: "ERR_TYPE" });
for (const flag of [0.5, 2 ** 32, Number.NaN, "yes" as unknown as boolean]) {
	await assert.rejects(shrunk.agree(flag as number), { code: "ERR_TYPE", message: /^Cannot agree on / });
}
// Several at once.
const both = await Promise.all([shrunk.agree(rank === 0), shrunk.agree(7), shrunk.shrink()]);
assert.deepEqual([both[0], both[1], both[2].size], [false, 7, size]);

comm.free();
await assert.rejects(comm.agree(1), { code: "ERR_COMM" });
await assert.rejects(comm.shrink(), { code: "ERR_COMM" });
assert.throws(() => comm.revoke(), { code: "ERR_COMM" });
assert.throws(() => comm.free(), { code: "ERR_COMM" });

// World can be revoked as well; the job still ends well.
if (rank === size - 1) world.revoke();
await isRevoked(world.recv());
