/** The ranks of the arguments die one after the other; the others shrink, agree and go on after each. */
import assert from "node:assert/strict";
import { type Comm, init, SUM } from "tsmpi";
import { die, failsWith, isRevoked } from "./death.ts";

const doomed = process.argv.slice(2).map(Number);
const { world } = await init();
const ranks = Array.from({ length: world.size }, (_, rank) => rank);
const half = (await world.split({ color: 0, key: -world.rank })) as Comm;
let comm = world;
let living = ranks;
let revoke = false;

for (const dead of doomed) {
	// Its rank in the communicator of the moment.
	const here = living.indexOf(dead);
	if (world.rank === dead) {
		// Nobody is still in what came before.
		for (const source of living) if (source !== dead) await world.recv({ source, tag: 8 });
		await die("kill");
	}
	await world.send("go", { dest: dead, tag: 8 });
	await failsWith(comm.recv({ source: here }), dead, "kill");
	assert.deepEqual(comm.failed(), [here]);
	// Everybody has heard of the death before anybody revokes.
	assert.equal(await comm.agree(true), true);
	if (revoke && comm.rank === (here === 0 ? 1 : 0)) comm.revoke();
	const shrunk = await comm.shrink();
	// Either the revocation has come already, or what is called now hears of it.
	if (revoke) await isRevoked(comm.recv({ source: comm.rank }));
	assert.equal(comm.revoked, revoke);
	assert.equal(await comm.agree(world.rank !== living.at(-1)), living.at(-1) === dead);
	assert.equal(await comm.agree(0b111 ^ (1 << (shrunk.rank % 2))), shrunk.size > 1 ? 0b100 : 0b110);
	living = living.filter((rank) => rank !== dead);
	assert.deepEqual([shrunk.size, shrunk.rank], [living.length, living.indexOf(world.rank)]);
	assert.deepEqual(await shrunk.allgather(world.rank), living);
	assert.equal(
		await shrunk.allreduce(world.rank, { op: SUM }),
		living.reduce((a, b) => a + b),
	);
	assert.deepEqual(shrunk.failed(), []);
	if (comm !== world) comm.free();
	comm = shrunk;
	revoke = true;
}

// From a communicator of another order, everybody at once; its order stays.
const again = await half.shrink();
assert.deepEqual(await again.allgather(world.rank), [...living].reverse());
assert.deepEqual(
	half.failed(),
	doomed.map((dead) => world.size - 1 - dead).sort((a, b) => a - b),
);
assert.deepEqual(
	world.failed(),
	[...doomed].sort((a, b) => a - b),
);
