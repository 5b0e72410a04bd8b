import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import test from "ava";
import { CLI, tsmpirun } from "../../../support/run.ts";
import { SCHED, withoutProgress } from "../../support/job.ts";
import { temporaryFolder } from "../../support/models.ts";

const temporary = temporaryFolder();

test("a progress bar is drawn on a terminal, over itself, to its end", async (t) => {
	// script runs a command on a terminal of its own; the shell that it starts takes paths from the environment.
	const options = "--requests 30 --max-tokens 8 --temperature 0";
	const child = spawn("script", ["-qec", `"$NODE" "$CLI" -np 2 "$SCHED" ${options}`, "/dev/null"], {
		env: { ...process.env, NODE: process.execPath, CLI, SCHED },
		stdio: ["ignore", "pipe", "inherit"],
	});
	t.teardown(() => child.kill());
	const output = (await text(child.stdout)).replaceAll("\r\n", "\n");
	if (child.exitCode === null) await once(child, "exit");
	t.is(child.exitCode, 0);
	const up = "\x1b[1A\r\x1b[2K";
	const [bar, report] = output.split(/(?=^success)/m);
	const drawings = withoutProgress(bar ?? "")
		.trimEnd()
		.split(`\n${up}`);
	t.is(drawings[0], `[${".".repeat(24)}] 0 %, 0/30 requests, 0 tokens/s`);
	t.regex(drawings.at(-1) ?? "", /^\[#{24}\] 100 %, 30\/30 requests, \d+ tokens\/s$/);
	t.true(drawings.every((line) => !line.includes("\n")));
	t.regex(report ?? "", /^success {4}100 % \(30 of 30 requests/);
});

test("a batch file's requests are counted, since nobody knows before how many there are", async (t) => {
	const file = join(temporary, "batch.jsonl");
	const line = (id: number) =>
		JSON.stringify({ custom_id: `${id}`, url: "/v1/completions", body: { prompt: "Hi", max_tokens: 2 } });
	writeFileSync(file, [1, 2, 3, 4, 5].map(line).join("\n"));
	const env = { TSMPI_STDERR_TTY: "1" };
	const { code, stderr } = await tsmpirun(t, ["-np", "2", SCHED, "--in", file, "--temperature", "0"], {
		env,
	});
	t.is(code, 0, stderr);
	t.regex(withoutProgress(stderr), /^0 requests, 0 tokens\/s\n/);
	t.regex(stderr, /5 requests, \d+ tokens\/s\n$/);
});

test("no progress bar is drawn into a pipe", async (t) => {
	const { stderr } = await tsmpirun(t, ["-np", "1", SCHED, "--requests", "1", "--max-tokens", "1"]);
	t.is(withoutProgress(stderr), "");
});
