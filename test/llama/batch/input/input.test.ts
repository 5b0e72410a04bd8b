import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { BUILT_IN_PROMPTS, JobError } from "../../../../src/llama/index.ts";
import { readInput } from "../../support/input.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

async function read(name: string | undefined, text: string | Buffer, requests?: number) {
	const path = name === undefined ? undefined : join(folder, name);
	if (path !== undefined) writeFileSync(path, text);
	return await readInput(path, { requests });
}

test("a file of text has a prompt in each line that is not empty", async (t) => {
	const { form, all } = await read("p.txt", "\ufeffone\n\n  two \r\n\t\nthree");
	t.is(form, "plain");
	t.deepEqual(all, ["one", "  two ", "three"]);
	// Text that looks like JSON but is no object stays text.
	const lines = ['"quoted"', "[1]", "{not json}"];
	t.deepEqual((await read("q.txt", lines.join("\n"))).all, lines);
});

test("a file is of JSON by its name or its first line, and a batch by what is in it", async (t) => {
	const text = '{"prompt":"one"}\n\n{"messages":[{"role":"user","content":"Hi"}]}\n';
	for (const name of ["p.jsonl", "P.NDJSON", "r.txt"]) {
		const { form, all } = await read(name, text);
		t.is(form, "plain");
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
	t.regex(
		third ?? "",
		/^Cannot run line 4 of \S+: "prompt" is 5: it takes a text, a list of messages or a list of tokens$/,
	);
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

test("how far a file is read is told in bytes of the disk", async (t) => {
	const { input } = await read("progress.txt", "one\ntwo\n");
	t.deepEqual(input.progress, { bytesRead: 8, bytes: 8 });
	t.is((await read(undefined, "")).input.progress, undefined);
});

test("in the second round only lines without an id of their own are run again", async (t) => {
	const batch = { custom_id: "a", url: "/v1/completions", body: { prompt: "once" } };
	const text = `{"prompt":"one"}\n${JSON.stringify(batch)}\n"two"\n`;
	t.deepEqual((await read("mixed-round.jsonl", text, 6)).all, ["one", "once", "two", "one", "two", "one"]);
});
