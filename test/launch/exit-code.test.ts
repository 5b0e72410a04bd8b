import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test from "ava";
import { tsmpirun } from "../support/run.ts";
import { workplace } from "../support/workplace.ts";

const LEAVE = fileURLToPath(new URL("./programs/leave.js", import.meta.url));

/** Only the last rank ends like this; the others would stay. */
const last = (script: string) => `test "$TSMPI_RANK" = 2 || exec sleep 60; ${script}`;

const endings: readonly (readonly [string, readonly string[], number, RegExp])[] = [
	["all ranks exit 0", ["true"], 0, /^$/],
	[
		"a rank exits 5",
		["sh", "-c", last("exit 5")],
		5,
		/^tsmpirun: rank 2 \(host \S+, pid \d+\) exited with code 5\n$/,
	],
	[
		"a rank is killed by SIGKILL",
		["sh", "-c", last("kill -KILL $$")],
		137,
		/^tsmpirun: rank 2 \(host \S+, pid \d+\) was killed by SIGKILL.*\n$/,
	],
	[
		"a rank is killed by SIGSEGV",
		["sh", "-c", last("kill -SEGV $$")],
		139,
		/rank 2 .* was killed by SIGSEGV\n$/,
	],
	["a rank aborts with 7", [LEAVE, "abort", "7"], 7, /rank 1 \(host .*\) called abort\(7\): had enough\n$/],
	["a rank aborts with 0", [LEAVE, "abort", "0"], 1, /rank 1 \(host .*\) called abort\(0\): had enough\n$/],
	["a rank aborts with 300", [LEAVE, "abort", "300"], 255, /called abort\(300\): had enough\n$/],
	["a rank aborts with -1", [LEAVE, "abort", "-1"], 255, /called abort\(-1\): had enough\n$/],
	[
		"a program is not on PATH",
		["no-such-program"],
		127,
		/^tsmpirun: Cannot find the program no-such-program on PATH\n$/,
	],
	[
		"a program's file is missing",
		["./no-such.js"],
		127,
		/^tsmpirun: Cannot find the program \.\/no-such\.js\n$/,
	],
	["a program is a folder", ["/tmp"], 126, /^tsmpirun: Cannot execute \/tmp: it is a folder\n$/],
	["--wdir is missing", ["--wdir", "/no/such", "true"], 126, /^tsmpirun: Cannot run in \/no\/such: .*\n$/],
	["--wdir is a file", ["--wdir", LEAVE, "true"], 126, /^tsmpirun: Cannot run in .*leave\.js: .*\n$/],
	["there is no program", [], 2, /^tsmpirun: No program to run: usage is .*\n$/],
	[
		"an option is unknown",
		["--ouput-dir", "x", "true"],
		2,
		/^tsmpirun: Unknown option --ouput-dir: did you mean --output-dir\?\n$/,
	],
	["-n is 0", ["-n", "0", "true"], 2, /^tsmpirun: Cannot start 0 ranks: -n takes a number from 1 up\n$/],
	[
		"-n is beyond what can run",
		["-n", "100000", "true"],
		2,
		/^tsmpirun: Cannot start 100000 ranks: at most 4096 are possible\n$/,
	],
	["--stdin names no rank", ["--stdin", "3", "true"], 2, /^tsmpirun: .* rank 3: ranks are 0 to 2\n$/],
	[
		"--launcher is unknown",
		["--launcher", "rsh", "true"],
		2,
		/^tsmpirun: Cannot use --launcher rsh: allowed are local, ssh, slurm\n$/,
	],
];

for (const [when, words, code, stderr] of endings) {
	test(`tsmpirun exits ${code} when ${when}`, async (t) => {
		const place = workplace(t);
		const result = await tsmpirun(t, ["-n", "3", ...words], place);
		t.is(result.code, code);
		t.regex(result.stderr, stderr);
		t.is(result.stdout, "");
		t.deepEqual(await place.leftAfter(1000), []);
	});
}

test("tsmpirun exits with the code of the rank that failed first, not of the lowest", async (t) => {
	// Rank 1 fails in its turn when it is ended.
	const script = 'trap "exit 3" TERM; test "$TSMPI_RANK" = 0 && { sleep 60 & wait; }; read -r word; exit 6';
	const result = await tsmpirun(t, ["-n", "2", "--stdin", "1", "sh", "-c", script], { input: "go\n" });
	t.is(result.code, 6);
	t.regex(result.stderr, /^tsmpirun: rank 1 .* exited with code 6\n$/);
});

test("tsmpirun exits 126 for files that cannot be executed, and says why", async (t) => {
	const { folder } = workplace(t);
	const write = (name: string, text: string, mode: number) =>
		writeFileSync(join(folder, name), text, { mode });
	write("plain", "echo", 0o644);
	write("lost", "#!/no/such/interpreter -x\n", 0o755);
	write("windows", "#!/bin/sh\r\necho\r\n", 0o755);
	for (const [program, text] of [
		["./plain", "it has no execute permission"],
		["./lost", 'its interpreter "/no/such/interpreter" does not exist'],
		["./windows", 'its interpreter "/bin/sh\\r" does not exist'],
	]) {
		const result = await tsmpirun(t, ["-n", "2", `${program}`], { cwd: folder });
		t.is(result.stderr, `tsmpirun: Cannot execute ${program}: ${text}\n`);
		t.is(result.code, 126);
	}
});

test("--timeout ends the job with 124 and shows what each rank waits for", async (t) => {
	const place = workplace(t);
	const stay = fileURLToPath(new URL("./programs/stay.js", import.meta.url));
	const words = ["--timeout", "1.5", "-n", "1", stay, ":", "-n", "1", "sleep", "60"];
	const result = await tsmpirun(t, words, place);
	t.is(result.code, 124);
	const lines = result.stderr.split("\n");
	t.is(lines[0], "tsmpirun: the job has not ended within 1.5 s (--timeout): ending all ranks");
	t.regex(lines[1] ?? "", /rank +operation +waits for +tag +communicator +since +at/);
	t.regex(lines[3] ?? "", /^ +1 +has not joined$/);
	t.deepEqual(place.left(), []);
});
