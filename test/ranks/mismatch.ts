/** Ranks that call different collectives at the same step get an error that names both. */
import assert from "node:assert/strict";
import { init, MpiError, SUM } from "tsmpi";

const { world } = await init();
const { rank, size } = world;

async function differs(call: Promise<unknown>, names: readonly [RegExp, RegExp]): Promise<void> {
	await assert.rejects(call, (error: unknown) => {
		assert.ok(error instanceof MpiError);
		assert.match(
			error.message,
			/Ranks call different collectives at the same step: rank \d calls .*, rank \d calls/,
		);
		for (const name of names) assert.match(error.message, name);
		return true;
	});
	assert.equal(await world.allreduce(rank, { op: SUM }), (size * (size - 1)) / 2);
}

if (size > 1) {
	const odd = rank === size - 1;
	await differs(odd ? world.barrier() : world.allgather(rank), [/barrier/, /allgather/]);
	await differs(odd ? world.allgather(rank) : world.allreduce(rank, { op: SUM }), [/allgather/, /allreduce/]);
	await differs(odd ? world.alltoall(new Array(size).fill(0)) : world.barrier(), [/alltoall/, /barrier/]);
}
if (size === 2) {
	// Too large to leave before the other one has received it.
	await differs(world.bcast(new Uint8Array(3_000_000), { root: rank }), [
		/bcast with root 0/,
		/bcast with root 1/,
	]);
}
