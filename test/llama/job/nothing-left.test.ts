import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Report } from "../../../src/llama/index.ts";
import { tsmpirun } from "../../support/run.ts";
import { SCHED, withoutProgress } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);

function run(t: ExecutionContext, file: string, ...options: string[]) {
	const files = ["--in", path(file), "--out", path(`${file}.out`)];
	return tsmpirun(t, ["-np", "2", SCHED, ...files, "--max-tokens", "2", ...options]);
}

/** No engine can start with these: where one is needed, the job fails. */
const NO_ENGINE = ["--engine", "llama-server", "--llama-server", "/nowhere/llama-server"];

const line = (id: string) =>
	JSON.stringify({ custom_id: id, method: "POST", url: "/v1/completions", body: { prompt: "Hi" } });

test("--resume with nothing left starts no engine, and says so in one line", async (t) => {
	// The second line of an id fails, and is answered by that.
	writeFileSync(path("a.jsonl"), `${["a", "b", "a"].map(line).join("\n")}\n`);
	t.is((await run(t, "a.jsonl")).code, 1);
	const answers = readFileSync(path("a.jsonl.out"), "utf8");

	const done = await run(t, "a.jsonl", "--resume", "--json", path("a.json"), ...NO_ENGINE);
	const text = `nothing left to do: all 3 requests have their answers in ${path("a.jsonl.out")}; 1 of them failed, which --retry-failed runs again\n`;
	t.deepEqual([done.code, done.stdout], [1, text], "the failure is one of this job's file, too");
	t.is(readFileSync(path("a.jsonl.out"), "utf8"), answers);
	const report = JSON.parse(readFileSync(path("a.json"), "utf8")) as Report;
	t.like(report, { ranks: 0, delivery: { skipped: 3, failed_before: 1, lost: 0 } });
	const enough = await run(t, "a.jsonl", "--resume", "--min-success", "60", ...NO_ENGINE);
	t.deepEqual([enough.code, enough.stdout, withoutProgress(enough.stderr)], [0, text, ""]);

	// With a line more there is something to do.
	appendFileSync(path("a.jsonl"), `${line("c")}\n`);
	t.is((await run(t, "a.jsonl", "--resume", ...NO_ENGINE)).code, 1);
	const more = await run(t, "a.jsonl", "--resume");
	t.is(more.code, 1, more.stderr);
	t.regex(more.stdout, /^delivery .*, 3 answered before, 1 of these failed$/m);
	t.regex(
		more.stdout,
		/^1 of 4 requests failed, 1 of them in an earlier run \(--retry-failed runs those again\)/m,
	);
});

test("--resume of plain prompts with nothing left says so, too", async (t) => {
	writeFileSync(path("p.txt"), "one\n");
	t.is((await run(t, "p.txt")).code, 0);
	const { code, stdout } = await run(t, "p.txt", "--resume", ...NO_ENGINE);
	t.is(stdout, `nothing left to do: the only request has its answer in ${path("p.txt.out")}\n`);
	t.is(code, 0);
});
