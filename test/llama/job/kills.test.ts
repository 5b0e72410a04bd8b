import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Report, Result } from "../../../src/llama/index.ts";
import { start } from "../../support/run.ts";
import { SCHED } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";
import { descendants, isEngine, untilGone } from "../support/processes.ts";

const folder = temporaryFolder();

/** A job of two ranks whose requests run, and its processes. */
async function running(t: ExecutionContext, ...options: string[]) {
	const job = start(t, ["-np", "2", SCHED, "--print", ...options]);
	await Promise.all([job.waitForLine(/^\[rank 0\] /), job.waitForLine(/^\[rank 1\] /)]);
	const processes = descendants(job.child.pid ?? -1);
	const engines = processes.filter(isEngine);
	t.is(engines.length, 2);
	return { job, processes, engines, pids: processes.map(({ pid }) => pid) };
}

const ENDLESS = ["--requests", "1000000", "--max-tokens", "64"];

test.serial("a rank killed during the run ends the job with 137 and its name", async (t) => {
	const { job, engines, pids } = await running(t, ...ENDLESS);
	const victim = engines[1]?.parent ?? -1;
	const killed = performance.now();
	process.kill(victim, "SIGKILL");
	const { code, stdout, stderr } = await job.done;
	t.true(performance.now() - killed < 5000);
	t.is(code, 137);
	// The others are ended by a signal: what was done is reported.
	t.regex(stdout, /^ended +by SIGTERM/m);
	t.regex(
		stderr,
		new RegExp(`^tsmpirun: rank [01] \\(host \\S+, pid ${victim}\\) was killed by SIGKILL`, "m"),
	);
	await t.notThrowsAsync(untilGone(pids, 5000));
});

test.serial("tsmpirun killed during the run leaves no rank and no engine", async (t) => {
	const { job, pids } = await running(t, ...ENDLESS);
	job.child.kill("SIGKILL");
	await once(job.child, "exit");
	await t.notThrowsAsync(untilGone(pids, 5000));
});

test.serial("tsmpirun interrupted during the run exits with 130 and leaves no engine", async (t) => {
	const { job, pids } = await running(t, ...ENDLESS);
	job.child.kill("SIGINT");
	t.is((await job.done).code, 130);
	await t.notThrowsAsync(untilGone(pids, 5000));
});

test.serial(
	"an engine killed during the run is started again, and what it was running runs again",
	async (t) => {
		const out = join(folder, "killed.jsonl");
		const json = join(folder, "killed.json");
		const options = [
			"--requests",
			"100",
			"--inflight",
			"3",
			"--max-tokens",
			"64",
			"--out",
			out,
			"--json",
			json,
		];
		const { job, engines } = await running(t, ...options);
		process.kill(engines[0]?.pid ?? -1, "SIGKILL");
		const { code, stdout } = await job.done;

		const results = readFileSync(out, "utf8")
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line) as Result);
		t.is(results.length, 100);
		t.true(results.every((result, index) => result.index === index && result.error === null));
		t.is(code, 0, "what ran in the engine when it died has run again");

		const { total, delivery } = JSON.parse(readFileSync(json, "utf8")) as Report;
		t.is(total.ok, 100);
		// What the engine had when it died, and what had been handed out ahead.
		t.true(
			(delivery?.requeued ?? 0) >= 1 && (delivery?.requeued ?? 0) <= 6,
			`${delivery?.requeued} requeued`,
		);
		t.like(delivery, { retried: 0, lost: 0, duplicate: 0 });
		t.regex(stdout, /^ {2}rank [01]: (\S.*; )?started again: The engine of model/m);
	},
);
