import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import { CLI, type RunOptions, tsmpirun } from "../support/run.ts";
import { temporaryFolder } from "./support/models.ts";

const folder = temporaryFolder();
const PROGRAM = fileURLToPath(new URL("./programs/input.js", import.meta.url));

async function run(t: ExecutionContext, name: string, args: readonly string[], options?: RunOptions) {
	const out = join(folder, `${name}.out.jsonl`);
	const result = await tsmpirun(t, ["-np", "2", PROGRAM, ...args, "--out", out], options);
	const answers = result.code === 0 ? readFileSync(out, "utf8").trimEnd().split("\n") : [];
	return { ...result, answers: answers.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test("requests come through standard input, by either name, packed or not", async (t) => {
	const input = '{"prompt":"a","id":5}\n{"prompt":"b","id":6}\n';
	for (const [index, name] of ["-", "/dev/stdin"].entries()) {
		const { code, stderr, answers } = await run(t, `stdin${index}`, ["--in", name], { input });
		t.deepEqual([code, stderr], [0, ""]);
		t.like(answers, [
			{ id: 5, index: 0, error: null },
			{ id: 6, index: 1, error: null },
		]);
	}
	const packed = execFileSync("gzip", ["-c"], { input: "prompt\na\nb\nc\n" });
	const table = await run(t, "stdin.csv", ["--in", "-", "--in-format", "csv"], { input: packed });
	t.is(table.answers.length, 3);
});

test("a pipe is resumed by what it gives", async (t) => {
	const args = ["--in", "-", "--resume"];
	t.is((await run(t, "resumed", args, { input: "a\nb\n" })).answers.length, 2);
	t.is((await run(t, "resumed", args, { input: "a\nb\nc\n" })).answers.length, 3);
	const other = await run(t, "resumed", args, { input: "x\nb\nc\n" });
	t.is(other.code, 1);
	t.regex(
		other.stderr,
		/the prompt in line 1 of the standard input has another body than when it was answered/,
	);
});

test("a shell's process substitution is a file of requests", (t) => {
	const out = join(folder, "substituted.jsonl");
	const command = `"$0" "$1" -np 1 "$2" --in <(printf 'a\\nb\\n') --out "$3"`;
	execFileSync("bash", ["-c", command, process.execPath, CLI, PROGRAM, out], { timeout: 60_000 });
	t.is(readFileSync(out, "utf8").trimEnd().split("\n").length, 2);
});

test("a file of which nothing can run ends the job before engines are started", async (t) => {
	const path = join(folder, "other.csv");
	writeFileSync(path, "id,question\n1,a\n");
	const { code, stdout, stderr } = await run(t, "other", ["--in", path]);
	t.deepEqual([code, stdout], [1, ""]);
	t.regex(stderr, /it has no column prompt: .*; its columns are "id", "question"/);
	t.notRegex(stderr, /\n {4}at /);
	const field = await run(t, "question", ["--in", path, "--prompt-field", "question"]);
	t.like(field.answers, [{ id: "1", index: 0 }]);
});

test("an option that takes one value is not taken twice", async (t) => {
	const { code, stderr } = await run(t, "twice", ["--in", "a.txt", "--in", "b.txt"]);
	t.is(code, 2);
	t.regex(stderr, /Cannot use --in twice, with a\.txt and b\.txt: it takes one value/);
});
