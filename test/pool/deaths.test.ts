import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { type RunResult, start } from "../support/run.ts";
import { turns } from "../support/turns.ts";

const program = fileURLToPath(new URL("./programs/deaths.js", import.meta.url));
const inTurn = turns(2);
const KILLED = 137;

/** Runs a scenario in which ranks fail; they do not end the job. */
const job = (t: ExecutionContext, size: number, scenario: string) =>
	start(t, ["-n", `${size}`, "--on-failure", "continue", program, scenario]);

/** Ranks that ended well, in order. */
const survivors = ({ stdout }: RunResult) =>
	[...stdout.matchAll(/rank (\d) goes on/g)].map((match) => Number(match[1])).sort();

/** What tsmpirun says of those that did not, and nothing else. */
const deaths = ({ stderr }: RunResult) =>
	stderr
		.trimEnd()
		.split("\n")
		.map((line) => line.replace(/\(host .*?, pid \d+\) /, "").replace(/;.*/, ""))
		.sort();

const killed = (rank: number) => `tsmpirun: rank ${rank} was killed by SIGKILL`;

test("a task whose worker is killed from outside comes back from another one", async (t) => {
	const result = await inTurn(async () => {
		const { waitForLine, done } = job(t, 4, "kill");
		const [, pid] = await waitForLine(/stays (\d+)/);
		process.kill(Number(pid), "SIGKILL");
		return await done;
	});
	t.deepEqual([survivors(result), deaths(result), result.code], [[0, 2, 3], [killed(1)], KILLED]);
});

for (const [scenario, size, left, title] of [
	["many", 4, 2, "workers that die with several tasks each lose none of them"],
	[
		"retries",
		5,
		2,
		"a task that kills its workers rejects after as many retries as allowed, and the pool goes on",
	],
	["once", 4, 3, "a task is not tried again with retries 0"],
	["all", 3, 1, "with no worker left every task rejects"],
] as const) {
	test(title, async (t) => {
		const result = await inTurn(() => job(t, size, scenario).done);
		t.is(result.code, KILLED, result.stderr);
		t.is(survivors(result).length, left, result.stdout);
		t.is(survivors(result)[0], 0);
		const dead = Array.from({ length: size }, (_, rank) => rank).filter(
			(rank) => !survivors(result).includes(rank),
		);
		t.deepEqual(deaths(result), dead.map(killed));
	});
}

test("a worker that exits with code 0 in a task is gone as well", async (t) => {
	const result = await inTurn(() => job(t, 2, "leave").done);
	// The program has seen it; whether the job failed by it depends on how soon rank 0 is at its end too.
	t.deepEqual(survivors(result), [0], result.stderr);
});

test("without --on-failure continue a worker that dies ends the job", async (t) => {
	const result = await inTurn(() => start(t, ["-n", "3", program, "once"]).done);
	t.is(result.code, KILLED);
	t.deepEqual(survivors(result), []);
});

test("a pool that is never closed is reported as a deadlock, with the line of openPool", async (t) => {
	const hung = await inTurn(() => job(t, 2, "open").done);
	t.is(hung.code, 1);
	t.regex(hung.stderr, /deadlock: every rank waits/);
	t.regex(hung.stderr, /1 +mprobe +rank 0 .*deaths\.js:\d+/);
});
