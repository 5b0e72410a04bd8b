import test from "ava";
import { BUILT_IN_PROMPTS, JobError, parsePrompts } from "../../src/llama/index.ts";

test("parsePrompts() takes one prompt per line and skips empty ones", (t) => {
	t.deepEqual(parsePrompts("one\n\n  two \r\n\t\nthree", "p.txt"), ["one", "  two ", "three"]);
	t.deepEqual(parsePrompts("\ufeffone\n", "p.txt"), ["one"]);
	// Text that looks like JSON but is no object stays text.
	t.deepEqual(parsePrompts('"quoted"\n[1]\n{not json}', "p.txt"), ['"quoted"', "[1]", "{not json}"]);
});

test("parsePrompts() reads JSONL by the file's name or its first line", (t) => {
	const messages = [
		{ role: "system", content: "Be brief." },
		{ role: "user", content: "Hi" },
	];
	const text = `{"prompt":"one"}\n\n${JSON.stringify({ messages, model: "ignored" })}\n`;
	for (const path of ["p.jsonl", "P.NDJSON", "p.txt"])
		t.deepEqual(parsePrompts(text, path), ["one", messages]);
	const parts = {
		messages: [
			{
				role: "user",
				content: [
					{ type: "text", text: "a" },
					{ type: "text", text: "b" },
				],
			},
		],
	};
	t.deepEqual(parsePrompts(JSON.stringify(parts), "p"), [[{ role: "user", content: "ab" }]]);
});

const MISTAKES: readonly (readonly [string, string])[] = [
	["oops", "it is not valid JSON ("],
	['{"prompt":"b}', "it is not valid JSON ("],
	["[1]", "it is not a JSON object"],
	["null", "it is not a JSON object"],
	["{}", 'it has neither "prompt" nor "messages"'],
	['{"prompt":"a","messages":[]}', 'it has both "prompt" and "messages"'],
	['{"prompt":5}', '"prompt" is not a text'],
	['{"messages":[]}', '"messages" is not a list with at least one message'],
	['{"messages":{}}', '"messages" is not a list with at least one message'],
	['{"messages":[null]}', 'message 1 needs a "role" and a "content" of text'],
	[
		'{"messages":[{"role":"user","content":"a"},{"role":"user"}]}',
		'message 2 needs a "role" and a "content" of text',
	],
	[
		'{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}',
		'message 1 needs a "role" and a "content" of text',
	],
];
for (const [line, problem] of MISTAKES) {
	test(`parsePrompts() names the line of ${line}`, (t) => {
		const error = t.throws(() => parsePrompts(`{"prompt":"good"}\n\n${line}\n`, "dir/p.jsonl"), {
			instanceOf: JobError,
		});
		t.true(error?.message.startsWith(`Cannot use the prompt at dir/p.jsonl:3: ${problem}`), error?.message);
		t.notRegex(error?.message ?? "", /\n/);
	});
}

test("parsePrompts() refuses a file without a prompt", (t) => {
	for (const text of ["", "\n \n", "\ufeff"]) {
		t.throws(() => parsePrompts(text, "p.txt"), {
			message: "Cannot use the prompts in p.txt: the file has none",
		});
	}
});

test("twelve prompts are built in", (t) => {
	t.is(BUILT_IN_PROMPTS.length, 12);
	t.is(new Set(BUILT_IN_PROMPTS).size, 12);
});
