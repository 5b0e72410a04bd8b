import test from "ava";
import { BUILT_IN_PROMPTS } from "../../../src/llama/index.ts";
import { parsePrompt } from "../../../src/llama/openai/request/prompt.ts";

test("parsePrompt() reads a text or a conversation, whose parts of text are put together", (t) => {
	t.is(parsePrompt({ prompt: "one" }), "one");
	const messages = [
		{ role: "system", content: "Be brief." },
		{ role: "user", content: "Hi" },
	];
	t.deepEqual(parsePrompt({ messages, model: "ignored" }), messages);
	const content = [
		{ type: "text", text: "a" },
		{ type: "text", text: "b" },
	];
	t.deepEqual(parsePrompt({ messages: [{ role: "user", content }] }), [{ role: "user", content: "a\nb" }]);
});

const MISTAKES: readonly (readonly [string, string])[] = [
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
		'message 1 has a part of type "image_url" without a "image_url"',
	],
];
for (const [line, problem] of MISTAKES) {
	test(`parsePrompt() refuses ${line}`, (t) => {
		t.throws(() => parsePrompt(JSON.parse(line)), { message: problem });
	});
}

test("BUILT_IN_PROMPTS can be run as they are", (t) => {
	t.true(BUILT_IN_PROMPTS.length > 0);
	t.true(BUILT_IN_PROMPTS.every((prompt) => prompt.trim() !== "" && !prompt.includes("\n")));
});
