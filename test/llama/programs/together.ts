/** Run on three ranks by agreement.test.ts: what a failure anywhere means for all. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { init } from "tsmpi";
import { atRoot, EngineError, everywhere, fromRoot, JobError, runJob } from "tsmpi/llama";

const mpi = await init();
const { world } = mpi;
const only = (rank: number, error: Error) => {
	if (world.rank === rank) throw error;
};

// Rank 0's value or failure is everybody's.
assert.deepEqual(await fromRoot(world, () => ({ from: world.rank, map: new Map([[1, 2]]) })), {
	from: 0,
	map: new Map([[1, 2]]),
});
assert.equal(await atRoot(world, async () => "root"), world.rank === 0 ? "root" : undefined);
for (const share of [fromRoot, atRoot]) {
	const refused = share(world, () => {
		throw new JobError("no such thing", 2);
	});
	await assert.rejects(refused, { name: "JobError", message: "no such thing", exitCode: 2 });
}
// Files and engines fail by no fault of the program.
await assert.rejects(
	fromRoot(world, () => readFile("/no/such/file")),
	{ name: "JobError", message: /^ENOENT/, exitCode: 1 },
);

// All succeed, one fails, all fail alike, all fail each in its own way.
const undone: number[] = [];
const undo = async (value: number) => void undone.push(value);
assert.equal(await everywhere(world, async () => world.rank, undo), world.rank);
const partly = everywhere(
	world,
	async () => {
		only(1, new EngineError("ERR_DEVICE", "no\ndevice"));
		return 10 + world.rank;
	},
	undo,
);
await assert.rejects(partly, { name: "JobError", message: "Rank 1 failed: no; device", exitCode: 1 });
assert.deepEqual(undone, world.rank === 1 ? [] : [10 + world.rank]);
const fail = (message: string) => everywhere(world, () => Promise.reject(new JobError(message)), undo);
await assert.rejects(fail("the same"), { message: "the same" });
await assert.rejects(fail(`own ${world.rank}`), { message: "Rank 0 failed: own 0" });
assert.equal(undone.length, world.rank === 1 ? 0 : 1);

await world.barrier();
await runJob(mpi, async () => {
	switch (process.argv[2]) {
		case "help":
			throw new JobError("the help", 0);
		case "mistake":
			throw new JobError("a mistake", 2);
		case "death":
			if (world.rank === 1) process.kill(process.pid, "SIGKILL");
			// As an engine's process would keep it alive.
			setInterval(() => {}, 1000);
			await everywhere(
				world,
				async () => {},
				async () => {},
			);
			break;
		case "bug":
			// Not on rank 0, where nothing is wrong.
			await everywhere(
				world,
				async () => only(2, new TypeError("a bug")),
				async () => {},
			);
	}
});
