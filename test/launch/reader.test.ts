import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { CLI, start } from "../support/run.ts";
import { shell } from "../support/shell.ts";
import { workplace } from "../support/workplace.ts";

/** Lines of 1,000 bytes from each of two ranks, some 30 MB in all. */
const LINES = 15_000;
const WRITER = `head -c ${LINES * 999} /dev/zero | tr '\\0' "$TSMPI_RANK" | fold -w 999; echo`;

/** A number in a file of /proc/PID. */
function proc(child: ChildProcess, file: string, name: string): number {
	const text = readFileSync(`/proc/${child.pid}/${file}`, "latin1");
	return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text)?.[1]);
}

/** Starts tsmpirun, reads nothing of its output, and waits until it reads nothing more from its ranks. */
async function blocked(t: ExecutionContext, words: readonly string[]): Promise<ChildProcess> {
	const child = spawn(process.execPath, [CLI, "-n", "2", ...words], { stdio: ["ignore", "pipe", "pipe"] });
	t.teardown(() => child.kill("SIGKILL"));
	child.stdout.pause();
	let before = -1;
	for (let still = 0; still < 10; ) {
		await delay(50);
		const read = proc(child, "io", "rchar");
		// What is on its way for two ranks fills more than this; the modules that tsmpirun loads do not.
		still = read === before && read > 1_000_000 ? still + 1 : 0;
		before = read;
	}
	return child;
}

test("a slow reader loses nothing, and tsmpirun's memory stays bounded", async (t) => {
	const child = await blocked(t, ["sh", "-c", WRITER]);
	t.true(proc(child, "io", "rchar") < 15_000_000, "most of it still waits in the ranks");
	t.true(proc(child, "status", "VmHWM") < 150_000, "kB at most");
	const counts = new Map<string, number>();
	let rest = "";
	child.stdout?.setEncoding("latin1").on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
	});
	child.stdout?.resume();
	const [code] = await once(child, "close");
	t.is(code, 0);
	t.is(rest, "");
	t.deepEqual(
		[...counts].sort(),
		["0", "1"].map((rank) => [rank.repeat(999), LINES]),
	);
});

test("a slow reader gets all lines of ranks that have failed", async (t) => {
	const child = await blocked(t, ["sh", "-c", `${WRITER}; exit 3`]);
	let bytes = 0;
	child.stdout?.on("data", (chunk: Buffer) => {
		bytes += chunk.length;
	});
	child.stdout?.resume();
	const [code] = await once(child, "close");
	t.is(code, 3);
	// Rank 0 or 1 was first; the other one was ended before it had written everything, or was not.
	t.true(bytes >= LINES * 1000);
});

test("a second SIGINT does not wait for a reader that does not read", async (t) => {
	const child = await blocked(t, ["yes"]);
	child.kill("SIGINT");
	await once(child.stderr ?? child, "data");
	const from = performance.now();
	child.kill("SIGINT");
	const [code] = await once(child, "exit");
	t.is(code, 130);
	t.true(performance.now() - from < 4000);
});

test("a reader that goes away ends the job without a stack trace", async (t) => {
	const place = workplace(t);
	const lines = await shell(t, "tsmpirun -n 2 yes text | head -1; echo $PIPESTATUS", place.env);
	t.is(lines.stdout, "text\n141\n");
	t.is(lines.stderr, "");
	const errors = 'tsmpirun -n 2 sh -c "yes text >&2" 2>&1 >/dev/null | head -1; echo $PIPESTATUS';
	t.is((await shell(t, errors, place.env)).stdout, "text\n141\n");
	t.is((await shell(t, "tsmpirun --help | head -1; echo $PIPESTATUS")).stdout.split("\n").length, 3);
	t.deepEqual(await place.leftAfter(1000), []);
});

test("a full disk under stdout is one clear line and exit code 1", async (t) => {
	const place = workplace(t);
	const out = await shell(t, "tsmpirun -n 2 echo text > /dev/full", place.env);
	t.is(out.code, 1);
	t.is(out.stderr, "tsmpirun: Cannot write to stdout: ENOSPC: no space left on device, write\n");
	t.is((await shell(t, "tsmpirun -n 2 sh -c 'echo text >&2' 2> /dev/full", place.env)).code, 1);
	t.deepEqual(await place.leftAfter(1000), []);
});

test("closed streams do no harm", async (t) => {
	for (const closed of ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]) {
		const { code, stdout } = await shell(t, `tsmpirun -n 2 sh -c 'cat; echo text; echo text >&2' ${closed}`);
		t.is(code, 0, closed);
		t.is(stdout, closed.includes(" ") || closed === ">&-" ? "" : "text\ntext\n");
	}
});

test("stdout and stderr in one file keep their order and lose nothing", async (t) => {
	const { folder, env } = workplace(t);
	const script = "for i in $(seq 100); do echo out $i; echo error $i >&2; done";
	for (const redirection of ["> F 2>&1", ">> F 2>> F"]) {
		const words = `-n 2 sh -c '${script}' ${redirection.replaceAll("F", '"$D/out"')}`;
		const { stdout } = await shell(t, `tsmpirun ${words}; sort "$D/out" | uniq -c; rm "$D/out"`, {
			...env,
			D: folder,
		});
		const counts = stdout.trimEnd().split("\n");
		t.is(counts.length, 200);
		t.true(counts.every((line) => /^ +2 (out|error) \d+$/.test(line)));
	}
});

test("a job of three ranks that each write a lot ends while its output is read", async (t) => {
	const job = start(t, ["-n", "3", "--stdin", "none", "sh", "-c", "seq 200000"]);
	const { stdout, code } = await job.done;
	t.is(code, 0);
	t.is(stdout.split("\n").length, 600_001);
});
