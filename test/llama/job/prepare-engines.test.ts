import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { dropPreparedHost } from "../../../src/llama/engine/node-llama-cpp/prepared-host.ts";
import { prepareEngines, prepareJob } from "../../../src/llama/index.ts";
import { start } from "../../support/run.ts";
import { SCHED } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";
import { descendants, isEngine, type ProcessEntry, untilGone } from "../support/processes.ts";

const folder = temporaryFolder();
const engines = (pid = process.pid) => descendants(pid).filter(isEngine);
const NODE = ["--engine", "node-llama-cpp"];

test.afterEach.always(async () => {
	dropPreparedHost();
	const pids = engines().map(({ pid }) => pid);
	await untilGone(pids, 5000);
});

const NONE: readonly (readonly [string, readonly string[]])[] = [
	["help", [...NODE, "--help"]],
	["a mistake", [...NODE, "--gpu", "amd"]],
	["an unknown option", [...NODE, "--mdoel", "m.gguf"]],
	["--resume", [...NODE, "--out", "a.jsonl", "--resume"]],
	["--retry-failed", [...NODE, "--out", "a.jsonl", "--retry-failed"]],
	["an endpoint", ["--endpoint", "http://127.0.0.1:1"]],
	["llama-server", ["--engine", "llama-server"]],
	["a llama-server that is named", ["--llama-server", process.execPath]],
];
for (const [what, args] of NONE) {
	test.serial(`prepareJob() starts no process for ${what}`, (t) => {
		prepareJob(args);
		t.deepEqual(engines(), []);
	});
}

test.serial("prepareJob() and prepareEngines() start a process for node-llama-cpp", async (t) => {
	prepareJob([...NODE, "--gpu", "cpu"]);
	t.is(engines().length, 1);
	dropPreparedHost();
	await untilGone(
		engines().map(({ pid }) => pid),
		5000,
	);
	prepareEngines({ engine: "node-llama-cpp" });
	t.is(engines().length, 1);
});

/** A job of two ranks at the moment when both have prepared an engine. */
async function preparing(t: ExecutionContext, ...options: string[]) {
	const job = start(t, ["-np", "2", SCHED, ...NODE, ...options]);
	let found: ProcessEntry[] = [];
	while (found.length < 2 && job.child.exitCode === null) {
		found = engines(job.child.pid);
		await new Promise((resolve) => setImmediate(resolve));
	}
	t.is(found.length, 2);
	return { job, found, pids: found.map(({ pid }) => pid) };
}

test.serial("a rank killed while its engine is prepared leaves no process", async (t) => {
	const { job, found, pids } = await preparing(t);
	process.kill(found[0]?.parent ?? -1, "SIGKILL");
	t.is((await job.done).code, 137);
	await t.notThrowsAsync(untilGone(pids, 5000));
});

test.serial("tsmpirun killed while engines are prepared leaves no process", async (t) => {
	const { job, found, pids } = await preparing(t);
	job.child.kill("SIGKILL");
	await t.notThrowsAsync(untilGone([...pids, ...found.map(({ parent }) => parent)], 5000));
});

test.serial(
	"a mistake that only rank 0 finds ends the job with one line, and leaves no process",
	async (t) => {
		const { job, pids } = await preparing(t, "--prompts", join(folder, "no.txt"));
		const { code, stderr } = await job.done;
		t.is(code, 1);
		t.regex(stderr, /^tsmpirun: [^\n]+Cannot read the prompts in \S+: there is no such file\n$/);
		await t.notThrowsAsync(untilGone(pids, 5000));
	},
);

test.serial("a job of two ranks has one engine per rank: the one that was prepared", async (t) => {
	const { job, pids } = await preparing(t, "--print", "--requests", "100000");
	await Promise.all([job.waitForLine(/^\[rank 0\] /), job.waitForLine(/^\[rank 1\] /)]);
	const running = engines(job.child.pid).map(({ pid }) => pid);
	t.deepEqual(running.sort(), pids.sort());
	job.child.kill("SIGINT");
	await job.done;
});
