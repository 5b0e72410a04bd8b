import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { Input, type InputOptions } from "../../../../src/llama/batch/input/input.ts";
import { JobError } from "../../../../src/llama/index.ts";
import { temporaryFolder } from "../../support/models.ts";

const folder = temporaryFolder();

async function check(name: string, text: string, options: Partial<InputOptions> = {}) {
	const path = join(folder, name);
	writeFileSync(path, text);
	const sampling = { requests: undefined, maxTokens: 8, temperature: 0, seed: 1 };
	const input = await Input.open({ in: path, ...sampling, ...options });
	await input.check();
	return input;
}

test("a file of which not one line can run is refused, with its kinds of problems", async (t) => {
	const text = '{"question":"a"}\n{"question":"b"}\n{bad\n{"prompt":5}\n';
	const error = await t.throwsAsync(check("bad.jsonl", text), { instanceOf: JobError });
	t.is(error?.exitCode, 1);
	t.regex(
		error?.message ?? "",
		/^Cannot use the prompts in \S+bad\.jsonl: not one of its 4 lines can be run: 2 x invalid_request, first in line 1: it has none of "prompt", .*; 1 x invalid_json, first in line 3: it is not valid JSON \(.*\); 1 x invalid_request, first in line 4: "prompt" is 5: it takes a text, a list of messages or a list of tokens$/,
	);
	t.notRegex(error?.message ?? "", /\n/);
	await t.notThrowsAsync(check("good.jsonl", `${text}"c"\n`));
});

test("of a long file the first thousand lines decide", async (t) => {
	const bad = '{"question":"a"}\n'.repeat(1001);
	const message = /: not one of its first \d+ lines can be run: \d+ x invalid_request, first in line 1: /;
	await t.throwsAsync(check("long.jsonl", `${bad.repeat(40)}"c"\n`), { message });
	await t.notThrowsAsync(check("half.jsonl", `${'{"question":"a"}\n'.repeat(900)}"c"\n`));
});

test("a table without records has no prompts, and a missing column is found at once", async (t) => {
	await t.throwsAsync(check("none.csv", "id,prompt\n"), { message: /: the file has none$/ });
	await t.throwsAsync(check("empty.json", "[ ]"), { message: /: the file has none$/ });
	await t.throwsAsync(check("columns.csv", "id,question\n1,a\n"), {
		message: /its columns are "id", "question"$/,
	});
});

test("after the check all of a file is read", async (t) => {
	const input = await check("all.csv", "prompt\na\nb\n");
	let count = 0;
	for await (const entries of input.entries()) count += entries.length;
	t.is(count, 2);
});
