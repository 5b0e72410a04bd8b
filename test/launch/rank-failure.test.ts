import { fileURLToPath } from "node:url";
import test from "ava";
import { start, tsmpirun } from "../support/run.ts";
import { workplace } from "../support/workplace.ts";

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
const LEAVE = program("leave");
const SPEAKER = program("speaker");

test("an exception on one rank ends the job with its stack trace", async (t) => {
	const place = workplace(t);
	const result = await tsmpirun(t, ["-n", "3", LEAVE, "throw"], place);
	t.is(result.code, 1);
	t.regex(result.stderr, /TypeError: went wrong\n +at .*leave\.js:\d+/);
	t.regex(result.stderr, /\ntsmpirun: rank 1 \(host \S+, pid \d+\) exited with code 1\n$/);
	t.is(result.stderr.match(/Error:/g)?.length, 1, "the others add no errors of their own");
	t.deepEqual(place.left(), []);
});

test("a rejection that nobody handles ends the job with its stack trace", async (t) => {
	const result = await tsmpirun(t, ["-n", "2", LEAVE, "reject"]);
	t.is(result.code, 1);
	t.regex(result.stderr, /RangeError: nobody listens\n +at .*leave\.js:\d+/);
});

test("a rank that exits 0 while others need it is a failure", async (t) => {
	const result = await tsmpirun(t, ["-n", "3", LEAVE, "exit", "0"]);
	t.is(result.code, 1);
	t.regex(
		result.stderr,
		/^tsmpirun: rank 1 \(host \S+, pid \d+\) exited with code 0 without finalize while 2 ranks still needed it; process\.exit was called at \S+leave\.[jt]s:\d+\n$/,
	);
});

test("a rank that exits in the middle of a recv says what it was waiting for", async (t) => {
	for (const [code, text] of [
		[0, "exited with code 0 without finalize while 1 rank still needed it"],
		[9, "exited with code 9"],
	] as const) {
		const result = await tsmpirun(t, ["-n", "2", LEAVE, "exit-waiting", `${code}`]);
		t.is(result.code, code || 1);
		const [line = ""] = result.stderr.split("\n");
		t.true(
			line.includes(`) ${text}; it was waiting in recv with rank 0, tag 5; process.exit was called at `),
			line,
		);
		t.regex(line, /leave\.[jt]s:\d+$/);
	}
});

test("a rank that ends without its message leaves nobody waiting", async (t) => {
	const result = await tsmpirun(t, ["-n", "3", LEAVE, "return"]);
	t.is(result.code, 1);
	t.regex(result.stderr, /deadlock: .*\n.*\n +0 +recv +rank 1 +3 .*\n +1 +has finalized\n +2 +recv +rank 1 /);
});

test("a rank that sets an exit code and ends in order gives it to tsmpirun", async (t) => {
	const script =
		"import { init } from 'tsmpi'; const { world } = await init(); process.exitCode = world.rank * 4;";
	const node = [process.execPath, "--input-type=module", "-e", script];
	const result = await tsmpirun(t, ["-n", "2", ...node]);
	t.is(result.code, 4);
	t.regex(result.stderr, /^tsmpirun: rank 1 .* exited with code 4\n$/);
});

test("a program that does not join while others wait for it is a failure", async (t) => {
	const steps = ["hello start", ""];
	const result = await tsmpirun(t, ["-n", "1", SPEAKER, ...steps, ":", "-n", "1", "true"]);
	t.is(result.code, 1);
	t.regex(result.stderr, /^tsmpirun: rank 1 .* exited before joining the job while 1 rank waits for it\n$/);
});

test("a second process that joins as the same rank ends the job", async (t) => {
	const both = `"$0" "$1" "hello start wait" & exec "$0" "$1" "hello start wait"`;
	const result = await tsmpirun(t, ["-n", "1", "sh", "-c", both, process.execPath, SPEAKER]);
	t.is(result.code, 1);
	t.regex(result.stderr, /rank 0 .*: a second process \(pid \d+\) tried to join as the same rank\n$/);
});

test("noise on a rank's connection drops it, and the job ends", async (t) => {
	const result = await tsmpirun(t, ["-n", "2", SPEAKER, "hello start noise wait", "hello start wait"]);
	t.not(result.code, 0);
	t.regex(result.stderr, /tsmpirun: rank 0 \(host \S+, pid \d+\) /);
});

test.serial("kill -9 of a rank: 137 within 2 s, the rank is named, nothing is left", async (t) => {
	const place = workplace(t);
	const job = start(t, ["-n", "3", program("stay")], place);
	const pids = [];
	for (const rank of [0, 1, 2])
		pids.push((await job.waitForLine(new RegExp(`^rank ${rank} pid (\\d+) of`)))[1]);
	const from = performance.now();
	process.kill(Number(pids[1]), "SIGKILL");
	const result = await job.done;
	const ms = performance.now() - from;
	t.is(result.code, 137);
	t.true(ms < 2000, `${ms} ms`);
	t.true(
		result.stderr.includes(`rank 1 (host `) &&
			result.stderr.includes(`, pid ${pids[1]}) was killed by SIGKILL`),
	);
	t.is(result.stderr.split("\n").length, 2, result.stderr);
	t.deepEqual(place.left(), []);
});
