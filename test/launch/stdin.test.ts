import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { start, tsmpirun } from "../support/run.ts";
import { shell } from "../support/shell.ts";
import { workplace } from "../support/workplace.ts";

/** 4 MB in which every place is different: a piece that is lost, doubled or moved changes the sum. */
const LARGE = Buffer.from(Uint32Array.from({ length: 1_000_000 }, (_, index) => index).buffer);
const SUM = createHash("md5").update(LARGE).digest("hex");

/** Each rank says how its input looks. */
const MD5 = ["sh", "-c", 'echo "$TSMPI_RANK $(md5sum)"'];
const EMPTY = createHash("md5").digest("hex");

function sums(stdout: string): string[] {
	return stdout.replaceAll("  -", "").trimEnd().split("\n").sort();
}

for (const [option, expected] of [
	[[], [SUM, EMPTY, EMPTY]],
	[
		["--stdin", "2"],
		[EMPTY, EMPTY, SUM],
	],
	[
		["--stdin", "all"],
		[SUM, SUM, SUM],
	],
	[
		["--stdin", "none"],
		[EMPTY, EMPTY, EMPTY],
	],
] as const) {
	const given = option.length === 0 ? "no --stdin" : option.join(" ");
	test(`with ${given} a large input goes to the right ranks, and the others see its end`, async (t) => {
		const { stdout, code } = await tsmpirun(t, ["-n", "3", ...option, ...MD5], { input: LARGE });
		t.deepEqual(
			sums(stdout),
			expected.map((sum, rank) => `${rank} ${sum}`),
		);
		t.is(code, 0);
	});
}

test("an input goes through a rank and comes out the same", async (t) => {
	const { folder, env } = workplace(t);
	writeFileSync(join(folder, "in"), LARGE);
	// From a file and from a pipe: tsmpirun reads them in different ways.
	const script = `tsmpirun -n 2 cat < "$D/in" | cmp - "$D/in"; cat "$D/in" | tsmpirun -n 1 cat | cmp - "$D/in"`;
	t.deepEqual(await shell(t, script, { ...env, D: folder }), { code: 0, stdout: "", stderr: "" });
});

test("a rank that does not read its input, or not all of it, holds nothing up", async (t) => {
	const { env } = workplace(t);
	for (const program of ["true", "head -c 7 > /dev/null"]) {
		const script = `yes | tsmpirun -n 2 sh -c '${program}'; echo $?`;
		t.deepEqual(await shell(t, script, env), { code: 0, stdout: "0\n", stderr: "" });
	}
	const one = 'test $TSMPI_RANK = 1 && exec head -c 7 > /dev/null; echo "$TSMPI_RANK $(md5sum)"';
	const result = await tsmpirun(t, ["-n", "2", "--stdin", "all", "sh", "-c", one], { input: LARGE });
	t.deepEqual(sums(result.stdout), [`0 ${SUM}`]);
	t.is(result.code, 0);
});

test("a rank gets its input as it comes", async (t) => {
	const job = start(
		t,
		["-n", "1", "sh", "-c", "read -r line; echo got $line; read -r line; echo got $line"],
		{
			keepInput: true,
		},
	);
	job.child.stdin?.write("one\n");
	await job.waitForLine(/^got one$/);
	job.child.stdin?.end("two\n");
	await job.waitForLine(/^got two$/);
	t.is((await job.done).code, 0);
});

test("an input that stays open does not keep tsmpirun", async (t) => {
	const job = start(t, ["-n", "1", "true"], { keepInput: true });
	t.is((await job.done).code, 0);
});

test("an input that cannot be read is an empty one", async (t) => {
	const { code, stdout } = await shell(t, "tsmpirun -n 1 md5sum < /tmp");
	t.is(code, 0);
	t.true(stdout.startsWith(EMPTY));
});

test("a rank can open /dev/stdin", async (t) => {
	const { stdout } = await tsmpirun(t, ["-n", "1", "cat", "/dev/stdin"], { input: "text\n" });
	t.is(stdout, "text\n");
});
