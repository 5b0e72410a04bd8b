import test from "ava";
import { parseBody } from "../../../../src/llama/openai/request/body.ts";
import type { GenerateTask } from "../../../../src/llama/openai/task.ts";

const DEFAULTS = { maxTokens: undefined, temperature: 0.8, topP: 0.95, topK: 40, minP: 0.05, seed: 1 };
const parse = (body: Readonly<Record<string, unknown>>) =>
	parseBody(body, "/v1/responses", 0, DEFAULTS).task as GenerateTask;

test("the items of a response's input are the turns of a chat", (t) => {
	const input = [
		{ role: "user", content: [{ type: "input_text", text: "What time is it?" }] },
		{ type: "function_call", id: "fc_1", call_id: "c1", name: "now", arguments: "{}" },
		{ type: "function_call", call_id: "c2", name: "zone", arguments: "{}" },
		{ type: "function_call_output", call_id: "c1", output: "12:00" },
		{
			...{ type: "message", id: "msg_1", status: "completed", role: "assistant" },
			content: [{ type: "output_text", text: "Noon." }],
		},
		{ role: "user", content: [{ type: "input_image", image_url: "data:x", detail: "low" }] },
	];
	t.deepEqual(parse({ instructions: "Be brief", input }).prompts, [
		[
			{ role: "system", content: "Be brief" },
			{ role: "user", content: "What time is it?" },
			{
				...{ role: "assistant", content: null },
				tool_calls: [
					{ id: "c1", type: "function", function: { name: "now", arguments: "{}" } },
					{ id: "c2", type: "function", function: { name: "zone", arguments: "{}" } },
				],
			},
			{ role: "tool", tool_call_id: "c1", content: "12:00" },
			{ role: "assistant", content: "Noon." },
			{ role: "user", content: [{ type: "image_url", image_url: { url: "data:x", detail: "low" } }] },
		],
	]);
});

test("a response's own names become what a chat's do", (t) => {
	const tools = [{ type: "function", name: "f", parameters: {} }];
	const choice = { type: "function", name: "f" };
	const body = {
		input: "Hi",
		max_output_tokens: 5,
		reasoning: { effort: "low" },
		tools,
		tool_choice: choice,
	};
	const task = parse({ ...body, include: ["message.output_text.logprobs"], top_logprobs: 2 });
	t.like(task, { prompts: [[{ role: "user", content: "Hi" }]], maxTokens: 5, logprobs: 2 });
	t.deepEqual(task.chat, {
		tools: [{ type: "function", function: { name: "f", parameters: {} } }],
		toolChoice: { type: "function", function: { name: "f" } },
		templateKwargs: { reasoning_effort: "low" },
	});
});

test("items and parts that no chat has are errors by name", (t) => {
	t.throws(() => parse({ input: [{ type: "item_reference", id: "x" }] }), {
		message:
			'item 1 of "input" is of type "item_reference": only message, function_call and function_call_output',
	});
	t.throws(() => parse({ input: [{ role: "user", content: [{ type: "input_file" }] }] }), {
		message: /a part of type "input_file": only input_text/,
	});
	t.throws(() => parse({}), { message: 'the body has no "input"' });
});
