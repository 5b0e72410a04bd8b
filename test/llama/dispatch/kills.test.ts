import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Report } from "../../../src/llama/index.ts";
import { random } from "../../support/memory-channels.ts";
import { type RunHandle, start } from "../../support/run.ts";
import { SCHED } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";
import { descendants, isEngine, untilGone } from "../support/processes.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const REQUESTS = 120;
const IDS = Array.from({ length: REQUESTS }, (_, index) => `request-${index}`);
/** More of them for a night: TSMPI_KILL_ROUNDS=20. */
const ROUNDS = Number(process.env.TSMPI_KILL_ROUNDS ?? 2);

test.before(() => {
	const lines = IDS.map((id, index) =>
		JSON.stringify({
			custom_id: id,
			method: "POST",
			url: "/v1/completions",
			body: { prompt: `Question ${index}`, max_tokens: index % 10 === 0 ? 200 : 20 },
		}),
	);
	writeFileSync(at("batch.jsonl"), `${lines.join("\n")}\n`);
});

/** A job of three ranks on the batch; `name` is that of its output. */
function run(t: ExecutionContext, name: string, ...options: string[]): RunHandle {
	const files = ["--in", at("batch.jsonl"), "--out", at(`${name}.jsonl`), "--json", at(`${name}.json`)];
	const job = [SCHED, "--inflight", "2", "--print", "--resume", ...files, ...options];
	return start(t, ["--on-failure", "continue", "-np", "3", ...job]);
}

/** Resolves when so many more requests have ended, or the job has. */
async function untilEnded({ child, done }: RunHandle, count: number): Promise<void> {
	let seen = 0;
	await Promise.race([
		done,
		new Promise<void>((resolve) => {
			child.stdout?.on("data", (text: string) => {
				seen += text.match(/^\[rank \d+\] request-/gm)?.length ?? 0;
				if (seen >= count) resolve();
			});
		}),
	]);
}

/**
 * Custom ids in the output, sorted as the input has them.
 *
 * @param failed How many may have failed, since they were there when engines were killed, and again when they ran alone.
 */
function answered(t: ExecutionContext, name: string, failed = 0): string[] {
	const lines = readFileSync(at(`${name}.jsonl`), "utf8").split("\n");
	t.is(lines.pop(), "", "the last line is whole");
	const answers = lines.map(
		(line) =>
			JSON.parse(line) as {
				custom_id: string;
				response: { status_code: number; body: { error: { code: string } } };
			},
	);
	const failures = answers.filter(({ response }) => response.status_code !== 200);
	t.true(
		failures.length <= failed && failures.every(({ response }) => response.body.error.code === "engine_died"),
		JSON.stringify(failures),
	);
	return answers.map(({ custom_id: id }) => id).sort((a, b) => IDS.indexOf(a) - IDS.indexOf(b));
}

function reportOf(name: string): Report {
	return JSON.parse(readFileSync(at(`${name}.json`), "utf8")) as Report;
}

for (let seed = 1; seed <= ROUNDS; seed++) {
	test.serial(
		`each request is answered once though engines and a rank are killed, seed ${seed}`,
		async (t) => {
			const next = random(seed);
			const name = `kill-${seed}`;
			const job = run(t, name);
			await job.waitForLine(/^\[rank \d+\] request-/);
			const ranks = descendants(job.child.pid ?? -1).filter(isEngine);
			t.is(ranks.length, 3);
			const first = job.child.pid ?? -1;
			// Rank 0 is the first that tsmpirun has started.
			const zero = Math.min(...ranks.map(({ parent }) => parent));
			for (let kill = 0; kill < 3; kill++) {
				await untilEnded(job, 1 + Math.floor(next() * 12));
				const engines = descendants(first).filter(isEngine);
				const others = engines.filter(({ parent }) => parent !== zero);
				const victim =
					kill === 1
						? others[Math.floor(next() * others.length)]?.parent
						: engines[Math.floor(next() * engines.length)]?.pid;
				if (victim !== undefined) process.kill(victim, "SIGKILL");
			}
			const { code, stderr } = await job.done;
			t.is(code, 137, stderr);
			t.regex(stderr, /^tsmpirun: rank [12] \([^)]+\) was killed by SIGKILL/);
			// Two engines are killed: they can hit one request twice.
			t.deepEqual(answered(t, name, 1), IDS);
			const { delivery, total } = reportOf(name);
			t.like(delivery, { retried: 0, lost: 0, duplicate: 0 });
			t.true((delivery?.requeued ?? 0) > 0);
			t.is(total.ok + total.failed, REQUESTS);
		},
	);
}

test.serial("a job killed again and again answers each request once in the end, by --resume", async (t) => {
	const next = random(7);
	const name = "resumed";
	let before: string[] = [];
	for (let kill = 0; kill < ROUNDS; kill++) {
		const job = run(t, name);
		await untilEnded(job, 1 + Math.floor((next() * REQUESTS) / (2 * ROUNDS)));
		if (job.child.exitCode !== null) break;
		const pids = descendants(job.child.pid ?? -1).map(({ pid }) => pid);
		job.child.kill("SIGKILL");
		await once(job.child, "exit");
		await untilGone(pids, 5000);
		// What a crash may leave behind, and --resume takes away.
		const text = readFileSync(at(`${name}.jsonl`), "utf8");
		writeFileSync(at(`${name}.jsonl`), `${text.slice(0, text.lastIndexOf("\n") + 1)}{"id":"batch_req_12`);
		before = text.trimEnd().split("\n");
	}
	const { code, stderr, stdout } = await run(t, name).done;
	t.is(code, 0, stderr);
	t.deepEqual(answered(t, name), IDS);
	const skipped = reportOf(name).delivery?.skipped ?? 0;
	t.true(skipped >= before.length - 1 && skipped <= REQUESTS, `${skipped} of ${before.length}`);
	t.regex(
		stdout,
		new RegExp(`^delivery +0 retried, 0 requeued, 0 lost, 0 duplicate, ${skipped} answered before$`, "m"),
	);
});

test.serial("the death of rank 0 ends the job on every rank, and --resume goes on", async (t) => {
	const name = "zero";
	const job = run(t, name);
	await untilEnded(job, 20);
	const processes = descendants(job.child.pid ?? -1);
	process.kill(Math.min(...processes.filter(isEngine).map(({ parent }) => parent)), "SIGKILL");
	const { code, stderr } = await job.done;
	t.is(code, 137, stderr);
	t.notRegex(stderr, /^ +at /m, "no stack trace");
	await untilGone(
		processes.map(({ pid }) => pid),
		5000,
	);
	const again = await run(t, name).done;
	t.is(again.code, 0, again.stderr);
	t.deepEqual(answered(t, name), IDS);
});

test.serial("--max-restarts 0 gives up a dead engine, and the other ranks run what is left", async (t) => {
	const name = "given-up";
	const job = run(t, name, "--max-restarts", "0");
	await untilEnded(job, 10);
	const engine = descendants(job.child.pid ?? -1).find(isEngine);
	process.kill(engine?.pid ?? -1, "SIGKILL");
	const { code, stdout, stderr } = await job.done;
	t.is(code, 0, stderr);
	t.deepEqual(answered(t, name), IDS);
	t.regex(stdout, /^ {2}rank \d: .*not running at the end: The engine of model \S+ died: /m);
});
