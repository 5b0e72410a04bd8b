import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Input } from "../../../../src/llama/batch/files/input.ts";
import { BUILT_IN_PROMPTS, JobError } from "../../../../src/llama/index.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

async function read(name: string | undefined, text: string | Buffer, requests?: number) {
	const prompts = name === undefined ? undefined : join(folder, name);
	if (prompts !== undefined) writeFileSync(prompts, text);
	const input = await Input.open({ in: prompts, requests, maxTokens: 8, temperature: 0, seed: 5 });
	const all: unknown[] = [];
	for await (const entries of input.entries()) {
		for (const { request } of entries) {
			if (!("task" in request)) all.push(request.message);
			else all.push(request.task.kind === "generate" ? request.task.prompts[0] : request.task.texts);
		}
	}
	return { form: input.form, all };
}

test("a file of text has a prompt in each line that is not empty", async (t) => {
	const { form, all } = await read("p.txt", "\ufeffone\n\n  two \r\n\t\nthree");
	t.is(form, "text");
	t.deepEqual(all, ["one", "  two ", "three"]);
	// Text that looks like JSON but is no object stays text.
	const lines = ['"quoted"', "[1]", "{not json}"];
	t.deepEqual((await read("q.txt", lines.join("\n"))).all, lines);
});

test("a file is of JSON by its name or its first line, and a batch by what is in it", async (t) => {
	const text = '{"prompt":"one"}\n\n{"messages":[{"role":"user","content":"Hi"}]}\n';
	for (const name of ["p.jsonl", "P.NDJSON", "r.txt"]) {
		const { form, all } = await read(name, text);
		t.is(form, "jsonl");
		t.deepEqual(all, ["one", [{ role: "user", content: "Hi" }]]);
	}
	const line = { custom_id: "a", method: "POST", url: "/v1/completions", body: { prompt: "two" } };
	const { form, all } = await read("b.jsonl", `{bad\n${JSON.stringify(line)}\n`);
	t.is(form, "batch");
	t.regex(`${all[0]}`, /^Cannot run line 1 of \S+b\.jsonl: it is not valid JSON \(/);
	t.is(all[1], "two");
});

test("a bad line of JSON is an error of that line", async (t) => {
	const { all } = await read("bad.jsonl", '{"prompt":"a"}\n\n{"prompt":"b}\n{"prompt":5}\n{"prompt":"c"}');
	const [first, second, third, last] = all as string[];
	t.is(first, "a");
	t.regex(second ?? "", /^Cannot run line 3 of \S+bad\.jsonl: it is not valid JSON \(/);
	t.regex(third ?? "", /^Cannot run line 4 of \S+: "prompt" is not a text$/);
	t.is(last, "c");
});

test("lines are whole wherever the file is cut in portions", async (t) => {
	const lines = Array.from({ length: 3000 }, (_, index) => `${index} ${"ä€😀".repeat(index % 100)}`);
	t.deepEqual((await read("long.txt", lines.join("\n"))).all, lines);
});

test("--requests goes round plain prompts, and never round a batch", async (t) => {
	t.deepEqual((await read("round.txt", "a\nb\nc\n", 7)).all, ["a", "b", "c", "a", "b", "c", "a"]);
	t.deepEqual((await read("few.txt", "a\nb\nc\n", 2)).all, ["a", "b"]);
	t.deepEqual((await read(undefined, "", 13)).all, [...BUILT_IN_PROMPTS, BUILT_IN_PROMPTS[0]]);
	const line = JSON.stringify({ custom_id: "a", url: "/v1/completions", body: { prompt: "two" } });
	t.deepEqual((await read("once.jsonl", line, 5)).all, ["two"]);
});

test("a file without prompts is refused", async (t) => {
	for (const text of ["", "\n  \n\t\n"]) {
		const expected = { instanceOf: JobError, message: /^Cannot use the prompts in \S+: the file has none$/ };
		await t.throwsAsync(read("none.jsonl", text), expected);
	}
});
