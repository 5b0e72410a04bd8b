import { fileURLToPath } from "node:url";
import test from "ava";
import { start, tsmpirun } from "../support/run.ts";
import { workplace } from "../support/workplace.ts";

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
const WAIT = program("wait");
const AT = String.raw`\d\.\d s +(\S*/)?wait\.[jt]s:\d+`;

test.serial("two ranks in recv from each other end within 2 s with the table and the circle", async (t) => {
	const place = workplace(t);
	const job = start(t, ["-n", "2", WAIT, "ring"], place);
	for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} waits$`));
	const from = performance.now();
	const result = await job.done;
	const ms = performance.now() - from;
	t.is(result.code, 1);
	t.true(ms < 2000, `${ms} ms`);
	const lines = result.stderr.split("\n");
	t.is(lines[0], "tsmpirun: deadlock: every rank waits, and no message is on its way");
	t.regex(lines[2] ?? "", new RegExp(`^ +0 +recv +rank 1 +7 +world +${AT}$`));
	t.regex(lines[3] ?? "", new RegExp(`^ +1 +recv +rank 0 +7 +world +${AT}$`));
	t.is(lines[4]?.trim(), "rank 0 waits for rank 1, rank 1 waits for rank 0");
	t.deepEqual(place.left(), []);
});

test("a circle of four ranks is named in order", async (t) => {
	const { code, stderr } = await tsmpirun(t, ["-n", "4", WAIT, "ring"]);
	t.is(code, 1);
	t.regex(
		stderr,
		/0 waits for rank 1, rank 1 waits for rank 2, rank 2 waits for rank 3, rank 3 waits for rank 0\n$/,
	);
});

test("ranks that wait for one that has finalized are reported", async (t) => {
	const { code, stderr } = await tsmpirun(t, ["-n", "3", WAIT, "finalized"]);
	t.is(code, 1);
	t.regex(
		stderr,
		new RegExp(`\n +0 +recv +rank 1 +(any +|0 +)?world +${AT}\n +1 +has finalized\n +2 +recv +rank 1 `),
	);
});

test("a collective that not all ranks call is reported with its name", async (t) => {
	const { code, stderr } = await tsmpirun(t, ["-n", "2", WAIT, "mixed"]);
	t.is(code, 1);
	t.regex(stderr, /\n +0 +barrier.* rank 1 .*wait\.[jt]s:\d+\n +1 +recv +rank 0 +1 +world /);
});

test("SIGQUIT shows the pending operations beside a rank that is busy", async (t) => {
	const job = start(t, ["-n", "2", WAIT, "busy"]);
	for (const rank of [0, 1]) await job.waitForLine(new RegExp(`^rank ${rank} waits$`));
	job.child.kill("SIGQUIT");
	await job.waitForLine(/^ +1 +waits for nobody$/);
	job.child.kill("SIGTERM");
	t.regex(
		(await job.done).stderr,
		new RegExp(`\n +0 +recv +rank 1 +8 +world +${AT}\n +1 +waits for nobody\n`),
	);
});

for (const how of ["a timer", "a child process", "a worker thread", "a socket", "computing"]) {
	test(`a rank that is woken by ${how} is no deadlock`, async (t) => {
		const { code, stderr } = await tsmpirun(t, ["-n", "2", program("wake"), how]);
		t.is(stderr, "");
		t.is(code, 0);
	});
}

test("a rank that is woken by standard input is no deadlock", async (t) => {
	const { code, stderr } = await tsmpirun(t, [
		...["-n", "1", "sh", "-c", 'sleep 1.5; echo go | "$@"', "inner", process.execPath],
		...[fileURLToPath(new URL("../../launch/cli.js", import.meta.url))],
		...["-n", "2", "--stdin", "1", program("wake"), "standard input"],
	]);
	t.is(stderr, "");
	t.is(code, 0);
});
