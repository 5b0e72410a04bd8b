import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../support/run.ts";
import { turns } from "../support/turns.ts";

const program = (name: string) => fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
const inTurn = turns(2);
const CONTINUE = ["--on-failure", "continue"];

test("revoke() ends every operation on every rank, and leaves what mends", async (t) => {
	// Nobody dies: it needs no option.
	const result = await inTurn(() => tsmpirun(t, ["-n", "6", program("revoke")]));
	t.like(result, { stderr: "", stdout: "", code: 0 });
});

test("ackFailed() lets receives from anybody go on until the next failure", async (t) => {
	const { code, stderr } = await inTurn(() => tsmpirun(t, [...CONTINUE, "-n", "4", program("wildcard")]));
	t.regex(stderr, /^tsmpirun: rank 1 .* was killed by SIGKILL\ntsmpirun: rank 2 .* was killed by SIGKILL\n$/);
	t.is(code, 137);
});

for (const [way, exitCode, cause] of [
	["kill", 137, "was killed by SIGKILL"],
	["exit", 3, "exited with code 3"],
] as const) {
	test(`a deadlock of those who are left (${way}) is reported`, async (t) => {
		const args = ["-n", "3", program("deadlock"), way];
		const { code, stderr } = await inTurn(() => tsmpirun(t, [...CONTINUE, ...args]));
		t.regex(stderr, new RegExp(`^tsmpirun: rank 2 .* ${cause}`));
		t.regex(stderr, /\ntsmpirun: deadlock: every rank waits, and no message is on its way\n/);
		t.regex(
			stderr,
			/\n +0 +agree +rank 1 +world .*deadlock\.[jt]s:\d+\n +1 +recv +rank 0 +2 +world .*\n +2 +has left\n/,
		);
		t.regex(stderr, / {2}rank 0 waits for rank 1, rank 1 waits for rank 0\n$/);
		t.is(code, exitCode, "that of the first failure");
	});
}

test("a rank that dies before all have joined ends the job, whatever the option says", async (t) => {
	const script = "import { init } from 'tsmpi'; console.log('joining'); await init(); console.log('joined');";
	const node = [process.execPath, "--input-type=module", "-e", script];
	for (const [end, exitCode] of [
		["sleep 0.3; exit 5", 5],
		["exit 5", 5],
	] as const) {
		const { code, stdout, stderr } = await inTurn(() =>
			tsmpirun(t, [...CONTINUE, "-n", "1", ...node, ":", "-n", "1", "sh", "-c", end]),
		);
		t.is(stdout, "joining\n");
		t.regex(stderr, /^tsmpirun: rank 1 .* exited with code 5/);
		t.is(code, exitCode);
	}
});

test("programs that do not join go on by themselves when one fails", async (t) => {
	const args = ["-n", "1", "sh", "-c", "exit 4", ":", "-n", "1", "sh", "-c", "sleep 0.4; echo done"];
	const { code, stdout } = await inTurn(() => tsmpirun(t, [...CONTINUE, ...args]));
	t.is(stdout, "done\n");
	t.is(code, 4);
});

test("a death is known to a rank that waits within 100 ms", async (t) => {
	const { stdout } = await inTurn(() => tsmpirun(t, [...CONTINUE, "-n", "6", program("latency")]));
	const lines = stdout.trimEnd().split("\n");
	t.deepEqual(
		lines.map((line) => line.split(" ")[0]),
		new Array(5).fill("ERR_PROC_FAILED"),
	);
	const times = lines.map((line) => Number(line.split(" ")[1])).sort((a, b) => a - b);
	t.log(times.map((ms) => `${ms.toFixed(0)} ms`).join(", "));
	// About 40 ms on a machine with nothing else to do. The best of five, and half as much again, because six ranks
	// and the tests beside this one share the cores.
	t.true((times[0] as number) < 150, times.join(", "));
});

test("revoke(), agree() and shrink() repeat a step that a death has spoilt", async (t) => {
	const { code, stderr } = await inTurn(() => tsmpirun(t, [...CONTINUE, "-n", "5", program("readme")]));
	t.regex(stderr, /^tsmpirun: rank 1 .* was killed by SIGKILL\n$/);
	t.is(code, 137);
});
