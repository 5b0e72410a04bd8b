import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { start } from "../support/run.ts";
import { workplace } from "../support/workplace.ts";

const SERVE = fileURLToPath(new URL("./programs/serve.js", import.meta.url));

/** Three ranks of serve.ts, once each has asked for what it asks. */
async function serve(t: ExecutionContext, words: readonly string[], options: readonly string[] = []) {
	const place = workplace(t);
	const job = start(t, ["-n", "3", ...options, SERVE, ...words], place);
	const pids: number[] = [];
	for (const rank of [0, 1, 2]) {
		const [, pid] = await job.waitForLine(new RegExp(`^rank ${rank} pid (\\d+)$`));
		pids.push(Number(pid));
	}
	return { job, place, pids };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
	test(`after ${signal} rank 0 has the time that was asked for, and the others answer it until they may go`, async (t) => {
		// Ranks 1 and 2 ask: the largest number counts.
		const { job, place } = await serve(t, ["finish", "31", "32"], ["--grace", "0"]);
		job.child.kill(signal);
		const { code, stdout, stderr } = await job.done;
		t.is(stderr, `tsmpirun: ${signal}: waiting up to 32 s for rank 0 to finish; again to end at once\n`);
		const [, , , ...lines] = stdout.trimEnd().split("\n");
		t.deepEqual(lines, [`rank 0 got ${signal}`, "rank 1 is there", "rank 2 is there"]);
		t.is(code, 0);
		t.deepEqual(place.left(), []);
	});
}

test("the signal reaches the rank that a shell has started", async (t) => {
	const place = workplace(t);
	const job = start(t, ["-n", "2", "sh", "-c", `node ${SERVE} finish 60; exit $?`], place);
	for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} pid`));
	job.child.kill("SIGTERM");
	const { code, stdout } = await job.done;
	t.regex(stdout, /rank 1 is there\n$/);
	t.is(code, 0);
});

for (const [first, second, code] of [
	["SIGTERM", "SIGTERM", 143],
	["SIGINT", "SIGINT", 130],
	["SIGTERM", "SIGINT", 143],
] as const) {
	test(`${second} after ${first} ends the job at once with ${code}`, async (t) => {
		const { job, place } = await serve(t, ["linger", "600"], ["--grace", "600"]);
		job.child.kill(first);
		await job.waitForLine(new RegExp(`^rank 0 got ${first}$`));
		job.child.kill(second);
		const result = await job.done;
		t.is(result.code, code);
		t.is(result.stderr.split("\n").length, 2, "nothing but the line of the first signal");
		t.deepEqual(place.left(), []);
	});
}

for (const [signal, code] of [
	["SIGTERM", 143],
	["SIGINT", 130],
] as const) {
	test(`when the time after ${signal} is over all ranks are ended, with ${code}`, async (t) => {
		const { job, place } = await serve(t, ["linger", "0.4", "engine"], ["--grace", "0.2"]);
		const from = performance.now();
		job.child.kill(signal);
		const result = await job.done;
		t.true(performance.now() - from >= 400);
		t.is(result.code, code);
		t.deepEqual(result.stderr.split("\n").slice(0, 2), [
			`tsmpirun: ${signal}: waiting up to 0.4 s for rank 0 to finish; again to end at once`,
			`tsmpirun: rank 0 has not finished within 0.4 s after ${signal}: ending all ranks`,
		]);
		t.deepEqual(place.left(), []);
	});
}

for (const rank of [0, 2]) {
	test(`a rank ${rank} that is killed in the grace time has failed, and ends the others`, async (t) => {
		const { job, place, pids } = await serve(t, ["linger", "600", "engine"]);
		job.child.kill("SIGTERM");
		await job.waitForLine(/^rank 0 got SIGTERM$/);
		process.kill(pids[rank] ?? 0, "SIGKILL");
		const { code, stderr } = await job.done;
		t.regex(
			stderr,
			new RegExp(`\ntsmpirun: rank ${rank} \\(host .*, pid ${pids[rank]}\\) was killed by SIGKILL`),
		);
		t.is(code, 137);
		t.deepEqual(place.left(), []);
	});
}

test("kill -9 of rank 0 ends the ranks that wait for it and their engines, whatever was asked for", async (t) => {
	const { job, place, pids } = await serve(t, ["linger", "600", "engine"]);
	t.is(place.left().length, 8, "tsmpirun, three ranks, three engines, a folder");
	process.kill(pids[0] ?? 0, "SIGKILL");
	const { code, stderr } = await job.done;
	t.regex(stderr, /^tsmpirun: rank 0 \(host .*\) was killed by SIGKILL\n$/);
	t.is(code, 137);
	t.deepEqual(place.left(), []);
});

test("a job that asked for nothing ends as ever, and so does one by SIGHUP", async (t) => {
	const nothing = await serve(t, ["linger"], ["--grace", "0.2"]);
	nothing.job.child.kill("SIGTERM");
	const first = await nothing.job.done;
	t.is(first.stderr, "tsmpirun: SIGTERM: ending all ranks\n");
	t.is(first.code, 143);
	const hangUp = await serve(t, ["linger", "600"]);
	hangUp.job.child.kill("SIGHUP");
	const second = await hangUp.job.done;
	t.is(second.stderr, "tsmpirun: SIGHUP: ending all ranks\n");
	t.is(second.code, 129);
});

test("--quiet says nothing about the signal", async (t) => {
	const { job } = await serve(t, ["finish", "60"], ["--quiet"]);
	job.child.kill("SIGTERM");
	const { code, stderr } = await job.done;
	t.is(stderr, "");
	t.is(code, 0);
});
