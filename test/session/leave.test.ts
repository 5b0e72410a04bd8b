import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { tsmpirun } from "../support/run.ts";
import { runNode } from "../support/run-node.ts";
import { turns } from "../support/turns.ts";

const program = fileURLToPath(new URL("./programs/leave.js", import.meta.url));
const inTurn = turns(2);
const job = (t: ExecutionContext, how: string, size = 2) =>
	inTurn(() => tsmpirun(t, ["-n", `${size}`, program, how]));

test("a rank that sends and is at its end delivers everything first", async (t) => {
	const { code, stdout, stderr } = await job(t, "send-and-finish");
	t.deepEqual([code, stdout, stderr], [0, "4950 500000 7 20000000 8\n", ""]);
});

test("a rank that exits while another sends to it fails the job", async (t) => {
	const { code, stderr } = await job(t, "exit-while-needed");
	t.is(code, 1);
	t.regex(stderr, /^tsmpirun: rank 1 .* exited with code 0 without finalize while 1 rank still needed it/);
});

test("a send to a rank that has finalized is reported as a deadlock", async (t) => {
	const { code, stderr } = await job(t, "finalize-while-needed");
	t.is(code, 1);
	t.regex(stderr, /deadlock: every rank waits/);
	t.regex(stderr, /0 +send \(not received yet\) +rank 1 +0 +world .*leave\.js:\d+\n +1 +has finalized/);
});

for (const how of ["throw", "reject"]) {
	test(`an error that nobody catches (${how}) ends the job with its stack and code 1`, async (t) => {
		const { code, stderr } = await job(t, how, 3);
		t.is(code, 1);
		t.regex(
			stderr,
			how === "throw" ? /RangeError: rank 1 has had enough\n +at / : /Error: nobody caught this\n +at /,
		);
		t.regex(stderr, /tsmpirun: rank 1 \(host .*, pid \d+\) exited with code 1/);
	});
}

test("abort() ends every rank with its code and reason", async (t) => {
	const { code, stderr } = await job(t, "abort", 3);
	t.is(code, 7);
	t.regex(stderr, /^tsmpirun: rank 1 .* called abort\(7\): no more data\n$/);
});

test("abort() of a world of one exits with its code", async (t) => {
	t.is((await job(t, "abort-alone", 1)).code, 9);
	t.like(await runNode([program, "abort-alone"]), { code: 9, stderr: "tsmpi: aborted: alone\n" });
});

test("recv() that nobody can serve is a deadlock for one rank too", async (t) => {
	const launched = await job(t, "recv-alone", 1);
	t.is(launched.code, 1);
	t.regex(launched.stderr, /deadlock: every rank waits.*\n.*\n +0 +recv +any rank .*leave\.js:\d+/);
	const plain = await runNode([program, "recv-alone"]);
	t.is(plain.code, 1);
	t.regex(plain.stderr, /^tsmpi: deadlock: the only rank waits for itself in recv at .*leave\.js:\d+\n$/);
});

test("recv() with a deadline keeps a world of one alive until then", async (t) => {
	t.like(await job(t, "deadline-alone", 1), { code: 0, stdout: "TimeoutError\n", stderr: "" });
	t.like(await runNode([program, "deadline-alone"]), { code: 0, stdout: "TimeoutError\n", stderr: "" });
});

test("collectives that differ, noticed when one rank has resolved its own, end the job with the names of both", async (t) => {
	const { code, stderr } = await job(t, "different-roots");
	t.is(code, 1);
	t.regex(
		stderr,
		/Ranks call different collectives at the same step: rank \d calls bcast with root \d, rank \d calls/,
	);
	t.regex(stderr, /bcast with root 0/);
	t.regex(stderr, /bcast with root 1/);
});

test("an error that another rank or the network brought ends with the line that awaited the call", async (t) => {
	const { code, stderr } = await job(t, "different-calls");
	t.is(code, 1);
	t.regex(stderr, /Ranks call different collectives.*(\n +at .*)*\n +at async .*leave\.[jt]s:\d+:\d+/);
});

test("collectives that differ and wait for each other are a deadlock that names both", async (t) => {
	const { code, stderr } = await job(t, "different-gathers");
	t.is(code, 1);
	t.regex(stderr, /0 +gather \(root 0\) +rank 1 [^\n]*\n +1 +gather \(root 1\) +rank 0 /);
});

test("a rank that waits uses no CPU", async (t) => {
	const { code, stdout } = await job(t, "idle", 4);
	t.is(code, 0);
	const percents = stdout.trimEnd().split("\n").map(Number);
	t.is(percents.length, 4);
	for (const percent of percents) t.true(percent < 1, `${percent}%`);
});
