import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../../support/run.ts";

const PROGRAM = fileURLToPath(new URL("../programs/together.js", import.meta.url));

test("a failure on any rank is every rank's, and help is printed once", async (t) => {
	const { code, stdout, stderr } = await tsmpirun(t, ["-np", "3", PROGRAM, "help"]);
	t.is(stderr, "");
	t.is(stdout, "the help\n");
	t.is(code, 0);
});

test("runJob() ends a mistake with one line and its exit code", async (t) => {
	const { code, stdout, stderr } = await tsmpirun(t, ["-np", "3", PROGRAM, "mistake"]);
	t.is(code, 2);
	t.is(stdout, "");
	t.regex(stderr, /^tsmpirun: rank 0 \([^)]+\) called abort\(2\): a mistake\n$/);
});

test("runJob() leaves a bug its stack trace", async (t) => {
	const { code, stderr } = await tsmpirun(t, ["-np", "3", PROGRAM, "bug"]);
	t.is(code, 1);
	t.regex(stderr, /TypeError: a bug\n +at /);
	t.regex(stderr, /^tsmpirun: rank 2 /m);
});

test("runJob() ends with one line when a rank has died that is needed, and does not hang", async (t) => {
	const options = ["--on-failure", "continue", "-np", "3"];
	const { code, stderr } = await tsmpirun(t, [...options, PROGRAM, "death"]);
	t.is(code, 137);
	t.notRegex(stderr, /^ +at /m);
	t.regex(stderr, /^tsmpirun: rank 1 \([^)]+\) was killed by SIGKILL/m);
	t.regex(stderr, /^tsmpirun: rank 0 \([^)]+\) called abort\(1\): Cannot go on: .*rank 1/m);
});
