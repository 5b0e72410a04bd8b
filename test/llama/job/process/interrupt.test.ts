import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import type { Report, Result } from "../../../../src/llama/index.ts";
import { start, tsmpirun } from "../../../support/run.ts";
import { SCHED } from "../../support/job.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const indices = (out: string) =>
	readFileSync(out, "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => (JSON.parse(line) as Result).index)
		.sort((a, b) => a - b);

test.serial("Ctrl-C reports what is in the output, and --resume goes on with the rest", async (t) => {
	const out = path("out.jsonl");
	const json = path("report.json");
	const options = ["--max-tokens", "32", "--out", out];
	const job = start(t, ["-np", "2", SCHED, "--requests", "1000000", "--json", json, "--print", ...options]);
	await Promise.all([job.waitForLine(/^\[rank 0\] /), job.waitForLine(/^\[rank 1\] /)]);
	const sent = performance.now();
	job.child.kill("SIGINT");
	await job.waitForLine(/^success +100 % /);
	t.true(performance.now() - sent < 2500, "before ranks are killed");
	const { code, stdout } = await job.done;
	t.is(code, 130);
	t.regex(
		stdout,
		/^ended +by SIGINT: these are the requests that had ended; --resume goes on with the others$/m,
	);

	// The books are those of the file, to the line.
	const answered = indices(out);
	const { interrupted, total, delivery } = JSON.parse(readFileSync(json, "utf8")) as Report;
	t.is(interrupted, "SIGINT");
	t.deepEqual([total.ok, total.failed], [answered.length, 0]);
	t.like(delivery, { lost: 0, duplicate: 0 });
	// Both ranks lived to tell what they measured.
	t.true(total.e2e_ms.count >= answered.length);
	t.false(stdout.includes("latencies are not known"));

	const wanted = (answered.at(-1) ?? 0) + 20;
	const again = await tsmpirun(t, ["-np", "2", SCHED, "--requests", `${wanted}`, "--resume", ...options]);
	t.is(again.code, 0, again.stderr);
	t.deepEqual(
		indices(out),
		Array.from({ length: wanted }, (_, index) => index),
	);
});

test.serial("SIGTERM ends a job without an output as well, which nothing can go on with", async (t) => {
	const job = start(t, ["-np", "2", SCHED, "--requests", "1000000", "--print"]);
	await job.waitForLine(/^\[rank 1\] /);
	job.child.kill("SIGTERM");
	const { code, stdout } = await job.done;
	t.is(code, 143);
	t.regex(stdout, /^ended +by SIGTERM: these are the requests that had ended$/m);
	t.false(stdout.includes("--resume"));
});

test.serial("Ctrl-C ends a sweep after the setting that runs, and its table has what was done", async (t) => {
	const env = { TSMPI_STDERR_TTY: "1" };
	const sweep = ["--requests", "1000000", "--sweep", "inflight=1,2"];
	const job = start(t, ["-np", "2", SCHED, ...sweep], { env });
	await job.waitForLine(/ [1-9]\d*\/1000000 requests/);
	job.child.kill("SIGINT");
	const { code, stdout, stderr } = await job.done;
	t.is(code, 130);
	t.regex(stderr, /^inflight=1 \(1 of 2\)$/m);
	t.notRegex(stderr, /^inflight=2/m);
	t.regex(stdout, /^ +1 +100 % /m);
	t.notRegex(stdout, /^ +2 +100 % /m);
	t.true(stdout.includes("\ninflight=1: ended by SIGINT\n"), stdout);
});

/** A program that runs without tsmpirun, and all that it prints. */
function runAlone(t: ExecutionContext, ...words: string[]) {
	const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
	t.teardown(() => child.kill("SIGKILL"));
	const printed: string[] = [];
	const lines = createInterface(child.stdout).on("line", (line) => printed.push(line));
	const closed = Promise.all([once(child, "exit"), once(lines, "close")]);
	return {
		child,
		printed,
		code: closed.then(([[code]]) => code as number | null),
		waitForLine: async (pattern: RegExp) => {
			while (!printed.some((line) => pattern.test(line))) await once(lines, "line");
		},
	};
}

test.serial("a job without tsmpirun reports as well, and exits as a shell expects", async (t) => {
	const { child, printed, code, waitForLine } = runAlone(t, SCHED, "--requests", "1000000", "--print");
	await waitForLine(/^\[rank 0\] /);
	child.kill("SIGINT");
	t.is(await code, 130);
	t.true(printed.some((line) => /^ended +by SIGINT/.test(line)));
});

test.serial("the second signal ends an interrupted process at once", async (t) => {
	const program = fileURLToPath(new URL("../../programs/interruptible.js", import.meta.url));
	const { child, printed, code, waitForLine } = runAlone(t, program);
	await waitForLine(/^ready$/);
	child.kill("SIGINT");
	await waitForLine(/^aborted/);
	child.kill("SIGTERM");
	t.is(await code, 143);
	t.deepEqual(printed, ["ready", "aborted by SIGINT"]);
});

test.serial("a rank that does not answer is left out of an interrupted job's report", async (t) => {
	const program = fileURLToPath(new URL("../../programs/deaf.js", import.meta.url));
	const { stdout, ms } = await tsmpirun(t, ["-np", "2", "--on-failure", "continue", program]);
	t.regex(stdout, /^ended +by SIGINT/m);
	t.regex(stdout, / {2}rank 1: the rank died during the run, or did not answer at its end/);
	t.regex(stdout, /^ {3}0 +100 % +[1-9]/m);
	t.true(ms < 20_000);
});
