/** The loop of the README: a step that fails with a death is done again by those who live. */
import assert from "node:assert/strict";
import { type Comm, init, type MpiError, SUM } from "tsmpi";
import { die } from "./death.ts";

const { world } = await init();
let steps = 0;

/** Rank 1 dies in it; its neighbour waits for it in vain, and the others for that neighbour. */
async function step(comm: Comm): Promise<void> {
	steps++;
	const { rank, size } = comm;
	if (comm === world && rank === 1) await die("kill");
	const sent = comm.send(rank, { dest: (rank + 1) % size });
	if (comm === world && rank > 2) await comm.recv({ source: rank - 1, tag: 99 });
	assert.equal(await comm.recv({ source: (rank + size - 1) % size }), (rank + size - 1) % size);
	await sent;
	assert.equal(await comm.allreduce(1, { op: SUM }), world.size - 1);
}

let comm = world;
for (let done = false; !done; ) {
	const ok = await step(comm).then(
		() => true,
		(error: MpiError) => {
			if (error.code !== "ERR_PROC_FAILED" && error.code !== "ERR_REVOKED") throw error;
			comm.revoke();
			return false;
		},
	);
	done = await comm.agree(ok);
	if (!done) comm = await comm.shrink();
}
assert.equal(steps, 2);
