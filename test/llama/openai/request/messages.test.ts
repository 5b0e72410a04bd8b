import test from "ava";
import { BadRequest } from "../../../../src/llama/openai/bad-request.ts";
import { parseMessages } from "../../../../src/llama/openai/request/messages.ts";

const CALL = { id: "c1", type: "function", function: { name: "f", arguments: "{}" } };

test("all that a turn holds is kept; developer is system, parts of text are lines", (t) => {
	const messages = [
		{ role: "developer", content: "Be brief" },
		{
			role: "user",
			content: [
				{ type: "text", text: "a" },
				{ type: "text", text: "b" },
			],
			name: "Ann",
		},
		{ role: "assistant", content: null, tool_calls: [CALL], refusal: null, annotations: [] },
		{ role: "tool", tool_call_id: "c1", content: "42" },
		{ role: "assistant", content: "So 42.", reasoning: "hm" },
		{ role: "critic", content: "?" },
	];
	t.deepEqual(parseMessages(messages), [
		{ role: "system", content: "Be brief" },
		{ role: "user", content: "a\nb", name: "Ann" },
		{ role: "assistant", content: null, tool_calls: [CALL] },
		{ role: "tool", tool_call_id: "c1", content: "42" },
		{ role: "assistant", content: "So 42.", reasoning_content: "hm" },
		{ role: "critic", content: "?" },
	]);
});

test("an assistant's turn that only calls tools needs no content", (t) => {
	t.deepEqual(parseMessages([{ role: "assistant", tool_calls: [CALL] }]), [
		{ role: "assistant", content: null, tool_calls: [CALL] },
	]);
});

test("images and sounds stay parts", (t) => {
	const content = [
		{ type: "text", text: "What is it?" },
		{ type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
		{ type: "input_audio", input_audio: { data: "AA==", format: "wav" } },
	];
	t.deepEqual(parseMessages([{ role: "user", content }]), [{ role: "user", content }]);
});

const MISTAKES: readonly (readonly [unknown, string, string])[] = [
	[{ content: "a" }, 'message 1 needs a "role" and a "content" of text', "messages[0]"],
	[{ role: "user", content: null }, 'message 1 needs a "role" and a "content" of text', "messages[0]"],
	[{ role: "user", content: [] }, 'message 1 needs a "role" and a "content" of text', "messages[0].content"],
	[{ role: "user", content: "a", foo: 1 }, 'message 1 has an unknown "foo"', "messages[0].foo"],
	[
		{ role: "user", content: "a", name: 5 },
		'message 1 has a "name" that is 5: it takes a text',
		"messages[0].name",
	],
	[
		{ role: "user", content: [{ type: "file", file: {} }] },
		'message 1 has a part of type "file": only text, image_url, input_audio',
		"messages[0].content",
	],
	[
		{ role: "user", content: [{ type: "text", text: "a", cache_control: {} }] },
		'a part of message 1 has an unknown "cache_control"',
		"messages[0].content.cache_control",
	],
	[
		{ role: "user", content: "\udc00" },
		'"messages[0].content" has half of a character (a lone surrogate, \\ud800 to \\udfff)',
		"messages[0].content",
	],
];
for (const [message, problem, param] of MISTAKES) {
	test(`a message that cannot be used: ${JSON.stringify(message)}`, (t) => {
		const error = t.throws(() => parseMessages([message]), { instanceOf: BadRequest, message: problem });
		t.is(error?.param, param);
	});
}
