import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { writeDemoModel } from "../../../src/llama/model/demo/write.ts";
import { tsmpirun } from "../../support/run.ts";
import { SCHED } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
const CYCLE = join(folder, "cycle.gguf");
const TINY = join(folder, "tiny.gguf");
const ENGINE = ["--engine", "node-llama-cpp", "--gpu", "cpu"];

test.before(async () => {
	await writeDemoModel(CYCLE, "cycle");
	await writeDemoModel(TINY, "tiny");
});

/** A job of two programs, the first with two ranks. */
function job(t: ExecutionContext, first: readonly string[], second: readonly string[]) {
	return tsmpirun(t, ["-n", "2", SCHED, ...first, ":", "-n", "1", SCHED, ...second]);
}

/** A file of chat requests for these models. */
function requests(name: string, models: readonly (string | undefined)[]): string {
	const path = join(folder, `${name}.jsonl`);
	const lines = models.map((model, index) =>
		JSON.stringify({
			...{ custom_id: `${index}`, method: "POST", url: "/v1/chat/completions" },
			body: { model, messages: [{ role: "user", content: `${index}` }], max_tokens: 4 },
		}),
	);
	writeFileSync(path, `${lines.join("\n")}\n`);
	return path;
}

interface Line {
	readonly custom_id: string;
	readonly response: {
		readonly status_code: number;
		readonly body: { readonly tsmpi: { readonly rank: number } };
	} | null;
}

test("with two models each line is answered by the one that it names", async (t) => {
	const names = [
		"cycle",
		"tiny",
		"cycle.gguf",
		"tiny.gguf",
		CYCLE,
		TINY,
		"tsmpi-demo-cycle",
		"tsmpi-demo-tiny",
	];
	const input = requests("named", [...names, "other", undefined]);
	const out = join(folder, "named-out.jsonl");
	const files = ["--in", input, "--out", out];
	// The second program's other options are the first one's.
	const { code, stderr, stdout } = await job(t, ["--model", CYCLE, ...ENGINE, ...files], ["--model", TINY]);
	t.is(code, 1, stderr);
	const lines = readFileSync(out, "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as Line)
		.sort((a, b) => Number(a.custom_id) - Number(b.custom_id));
	t.is(lines.length, names.length + 2);
	for (const [index, name] of names.entries()) {
		const rank = lines[index]?.response?.body.tsmpi.rank ?? -1;
		t.deepEqual(rank === 2, /tiny/.test(name), `${name}: rank ${rank}`);
		t.true(rank >= 0, JSON.stringify(lines[index]));
	}
	for (const line of lines.slice(-2)) {
		const text = JSON.stringify(line);
		t.regex(text, /model_not_found/);
		t.regex(text, /this job runs cycle\.gguf, tiny\.gguf/);
	}
	t.regex(stdout, /cycle\.gguf, .*tiny\.gguf/);
});

test("programs of one job that differ in another option are refused in one line", async (t) => {
	const input = requests("refused", ["cycle"]);
	const refused = async (first: readonly string[], second: readonly string[]) => {
		const { code, stderr, stdout } = await job(t, [...first, ...ENGINE], second);
		t.is(code, 2, stderr);
		t.is(stdout, "");
		return /^tsmpirun: [^\n]*called abort\(2\): ([^\n]*)\n$/.exec(stderr)?.[1];
	};
	const given = (model: string, ...more: readonly string[]) => ["--model", model, "--in", input, ...more];
	t.is(
		await refused(given(CYCLE, "--inflight", "2"), given(TINY, "--inflight", "3")),
		'Cannot use --inflight with two values, "2" on rank 0 and "3" on rank 2: the programs of one job may differ in --model only',
	);
	t.regex(
		(await refused(given(CYCLE), given(TINY, "--no-such-option"))) ?? "",
		/^Unknown option --no-such-option.*\(on rank 2\)$/,
	);
});

test("with one model any name runs, also where its option is given once", async (t) => {
	const input = requests("any", ["whatever", undefined]);
	const out = join(folder, "any-out.jsonl");
	const { code, stderr } = await job(t, [...ENGINE, "--model", CYCLE, "--in", input, "--out", out], []);
	t.is(code, 0, stderr);
	t.notRegex(readFileSync(out, "utf8"), /model_not_found/);
});
