import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { type RunHandle, start } from "../support/run.ts";
import { type Workplace, workplace } from "../support/workplace.ts";

const STAY = fileURLToPath(new URL("./programs/stay.js", import.meta.url));

interface Stay {
	readonly job: RunHandle;
	readonly place: Workplace;
	readonly pids: readonly number[];
}

/** Two ranks that stay, once both have joined. */
async function stay(
	t: ExecutionContext,
	options: readonly string[] = [],
	words: readonly string[] = [],
): Promise<Stay> {
	const place = workplace(t);
	const job = start(t, ["-n", "2", ...options, STAY, ...words], place);
	const pids = [];
	for (const rank of [0, 1]) {
		const [, pid] = await job.waitForLine(new RegExp(`^rank ${rank} pid (\\d+) of`));
		pids.push(Number(pid));
	}
	return { job, place, pids };
}

/** The kernel's letter for what a process does: T is stopped. */
function stateOf(pid: number | undefined): string {
	const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
	return stat.charAt(stat.lastIndexOf(")") + 2);
}

/** Waits until these processes are all stopped, or all not; nothing tells when. */
async function untilStopped(pids: readonly (number | undefined)[], stopped: boolean): Promise<void> {
	const end = performance.now() + 10_000;
	while (pids.some((pid) => (stateOf(pid) === "T") !== stopped)) {
		if (performance.now() > end) throw new Error(`the states are ${pids.map(stateOf)}`);
		await delay(10);
	}
}

for (const [signal, code] of [
	["SIGINT", 130],
	["SIGTERM", 143],
	["SIGHUP", 129],
] as const) {
	test(`${signal} to tsmpirun ends the job with ${code}`, async (t) => {
		const { job, place } = await stay(t);
		job.child.kill(signal);
		const result = await job.done;
		t.is(result.code, code);
		t.regex(result.stderr, new RegExp(`^tsmpirun: ${signal}: ending all ranks.*\n$`));
		t.deepEqual(place.left(), []);
	});
}

test("a rank that ignores signals is killed after the grace time", async (t) => {
	const { job, place } = await stay(t, ["--grace", "0.3"], ["deaf"]);
	job.child.kill("SIGTERM");
	await job.waitForLine(/^rank 1 ignores SIGTERM$/);
	const from = performance.now();
	const result = await job.done;
	t.is(result.code, 143);
	t.true(performance.now() - from < 4500, "by the ranks' end, not because tsmpirun gave up");
	t.deepEqual(place.left(), []);
});

test("a second SIGINT ends the ranks at once", async (t) => {
	const { job, place } = await stay(t, ["--grace", "60"], ["deaf"]);
	job.child.kill("SIGINT");
	for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} ignores SIGINT$`));
	job.child.kill("SIGINT");
	const result = await job.done;
	t.is(result.code, 130);
	t.true(result.ms < 30_000);
	t.deepEqual(place.left(), []);
});

test("SIGUSR1 and SIGUSR2 reach every rank", async (t) => {
	const { job } = await stay(t, [], ["tell"]);
	for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
		job.child.kill(signal);
		for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} got ${signal}$`));
	}
	job.child.kill("SIGTERM");
	t.is((await job.done).code, 143);
});

test("SIGTSTP stops the ranks and tsmpirun, SIGCONT lets them go on", async (t) => {
	const { job, place, pids } = await stay(t, [], ["tell"]);
	job.child.kill("SIGTSTP");
	await untilStopped([...pids, job.child.pid], true);
	job.child.kill("SIGCONT");
	for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} got SIGCONT$`));
	await untilStopped([...pids, job.child.pid], false);
	// Stopped ranks can be ended too.
	job.child.kill("SIGTSTP");
	await untilStopped([...pids, job.child.pid], true);
	job.child.kill("SIGTERM");
	job.child.kill("SIGCONT");
	t.is((await job.done).code, 143);
	t.deepEqual(place.left(), []);
});

test("a rank that somebody has stopped is ended with the job", async (t) => {
	const { job, place, pids } = await stay(t, ["--grace", "60"]);
	process.kill(pids[1] ?? 0, "SIGSTOP");
	await untilStopped([pids[1]], true);
	process.kill(pids[0] ?? 0, "SIGKILL");
	const result = await job.done;
	t.is(result.code, 137);
	t.true(result.ms < 50_000, "without the grace time");
	t.deepEqual(place.left(), []);
});

test("SIGQUIT shows what each rank does, and the job goes on", async (t) => {
	const { job, pids } = await stay(t, [], ["tell"]);
	process.kill(pids[1] ?? 0, "SIGSTOP");
	await untilStopped([pids[1]], true);
	job.child.kill("SIGQUIT");
	await job.waitForLine(/^tsmpirun: what each rank waits for$/);
	await job.waitForLine(/^ +0 +waits for nobody$/);
	await job.waitForLine(/^ +1 +does not answer: it computes or is stopped$/);
	job.child.kill("SIGUSR1");
	await job.waitForLine(/^rank 0 got SIGUSR1$/);
	job.child.kill("SIGTERM");
	t.is((await job.done).code, 143);
});
