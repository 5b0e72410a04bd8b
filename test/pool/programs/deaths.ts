/** Workers die and the pool goes on. Ranks must be allowed to fail: tsmpirun --on-failure continue. */
import assert from "node:assert/strict";
import { init, ProcessFailedError } from "tsmpi";
import { openPool, TaskError } from "tsmpi/pool";

const mpi = await init();
const { rank } = mpi.world;
const scenario = process.argv[2];

const kill = () => process.kill(process.pid, "SIGKILL");
const never = () => new Promise<never>(() => undefined);

const pool = await openPool(
	mpi,
	{
		same: (x: number) => x,
		where: () => rank,
		/** Ends one rank in the middle of its work; elsewhere it works. */
		fatalOn: async (victim: number) => {
			if (rank === victim) {
				kill();
				return await never();
			}
			return rank;
		},
		poison: async () => {
			kill();
			await never();
		},
		/** Waits to be killed from outside, where it is told to. */
		stay: async (victim: number) => {
			if (rank !== victim) return rank;
			console.log(`stays ${process.pid}`);
			setTimeout(() => undefined, 60_000);
			return await never();
		},
		leave: () => process.exit(0),
	},
	{ inflight: scenario === "many" ? 2 : 1, retries: scenario === "once" ? 0 : 2 },
);

const died = (deaths: number) => (error: unknown) => {
	assert.ok(error instanceof TaskError && error.cause instanceof ProcessFailedError, `${error}`);
	assert.equal(error.code, "ERR_PROC_FAILED");
	assert.equal(error.task, "poison");
	assert.equal(error.rank, error.cause.rank);
	const who = deaths === 1 ? "the rank that ran it" : `each of the ${deaths} ranks that ran it`;
	const text = `Task "poison" failed: ${who} died, last rank ${error.rank} (`;
	assert.ok(error.message.startsWith(text), error.message);
	assert.match(error.message, /rank \d was killed by SIGKILL\)$/);
	return true;
};
const nobody = { code: "ERR_PROC_FAILED", message: /^Cannot run task "\w+": no worker is left$/ };
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

if (pool !== undefined) {
	switch (scenario) {
		case "kill": {
			// The test kills rank 1 while it has a task. All tasks give something, in order, from those that are left.
			const places = await pool.map("stay", new Array(12).fill(1));
			assert.ok(
				places.every((place) => place === 2 || place === 3),
				`${places}`,
			);
			assert.deepEqual(pool.workers, [2, 3]);
			assert.deepEqual(await pool.map("same", range(50)), range(50));
			break;
		}
		case "many": {
			// Two of three die with two tasks each, while others come and go.
			const [one, two, same] = await Promise.all([
				pool.map("fatalOn", [1, 1, 1, 1]),
				pool.map("fatalOn", [2, 2, 2, 2]),
				pool.map("same", range(200)),
			]);
			assert.ok(one.every((place) => place !== 1) && two.every((place) => place !== 2));
			assert.deepEqual(same, range(200));
			break;
		}
		case "retries":
			// Three of four die of it, the fourth goes on.
			await assert.rejects(pool.submit("poison", undefined), died(3));
			assert.equal(pool.workers.length, 1);
			assert.deepEqual(await pool.map("same", range(9)), range(9));
			break;
		case "once":
			await assert.rejects(pool.submit("poison", undefined), died(1));
			assert.equal(pool.workers.length, 2);
			assert.deepEqual(await pool.map("where", [undefined, undefined]), pool.workers);
			break;
		case "all": {
			// Both workers die of it: nobody is left for it, nor for what waits, nor for what comes later.
			const all = [pool.submit("poison", undefined), ...range(5).map((x) => pool.submit("fatalOn", x))];
			const [poison, ...others] = await Promise.allSettled(all);
			assert.ok(poison?.status === "rejected");
			await assert.rejects(Promise.reject(poison.reason), nobody);
			assert.equal(others.length, 5);
			assert.deepEqual(pool.workers, []);
			await assert.rejects(pool.submit("same", 1), nobody);
			await assert.rejects(pool.map("same", range(3)), nobody);
			await assert.rejects(pool.mapUnordered("same", range(3)).next(), nobody);
			break;
		}
		case "leave":
			// A rank that leaves as if all were well is gone all the same.
			await assert.rejects(pool.submit("leave", undefined), {
				code: "ERR_PROC_FAILED",
				message: 'Cannot run task "leave": no worker is left',
			});
			break;
	}
	if (scenario !== "open") await pool.close();
}
console.log(`rank ${rank} goes on`);
