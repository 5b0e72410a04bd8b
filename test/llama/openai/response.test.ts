import test from "ava";
import type { Completion } from "../../../src/llama/engine/engine.ts";
import { askedModel, ranModel, responseBody } from "../../../src/llama/openai/response.ts";

const USAGE = { promptTokens: 9, cachedTokens: 4, completionTokens: 3 };
const TIMINGS = { queueMs: 0, ttftMs: 1, totalMs: 2 };
const THE = { token: " the", logprob: -0.5, bytes: [32, 116, 104, 101] };
const A = { token: " a", logprob: -1.5, bytes: [32, 97] };
const LOGPROBS = [
	{ ...THE, top: [THE, A] },
	{ ...A, top: [] },
];

const choice = (text: string, changes: Partial<Completion> = {}): Completion => ({
	...{ text, finishReason: "stop", usage: USAGE, timings: TIMINGS },
	...changes,
});
const answer = (choices: readonly Completion[], changes: { prompts?: readonly string[] } = {}) => ({
	...({ kind: "generated", choices, usage: USAGE, timings: TIMINGS } as const),
	...changes,
});
const FACTS = { id: "x", model: "m.gguf", created: 5 };

test("a chat's body has all choices, thoughts apart, and log-probabilities in OpenAI's form", (t) => {
	const choices = [
		choice("Hi", { reasoning: "hm", logprobs: LOGPROBS }),
		choice("Ho", { finishReason: "length" }),
	];
	t.deepEqual(
		JSON.parse(JSON.stringify(responseBody(answer(choices), { ...FACTS, kind: "/v1/chat/completions" }))),
		{
			id: "chatcmpl-x",
			object: "chat.completion",
			created: 5,
			model: "m.gguf",
			usage: {
				...{ prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
				prompt_tokens_details: { cached_tokens: 4 },
			},
			choices: [
				{
					index: 0,
					message: { role: "assistant", content: "Hi", refusal: null, reasoning_content: "hm" },
					logprobs: {
						content: [
							{ ...THE, top_logprobs: [THE, A] },
							{ ...A, top_logprobs: [] },
						],
						refusal: null,
					},
					finish_reason: "stop",
				},
				{
					index: 1,
					message: { role: "assistant", content: "Ho", refusal: null },
					logprobs: null,
					finish_reason: "length",
				},
			],
		},
	);
});

test("calls of tools stand in the message, whose content is null", (t) => {
	const call = { id: "c1", type: "function", function: { name: "f", arguments: "{}" } };
	const choices = [choice("", { toolCalls: [call], finishReason: "tool_calls" })];
	t.like(responseBody(answer(choices), { ...FACTS, kind: "/v1/chat/completions" }), {
		choices: [{ finish_reason: "tool_calls", message: { content: null, tool_calls: [call] } }],
	});
	t.like(responseBody(answer(choices), { ...FACTS, kind: "/v1/responses" }), {
		status: "completed",
		output: [{ type: "function_call", call_id: "c1", name: "f", arguments: "{}" }],
	});
});

test("a completion echoes the prompt of each choice, and lists its log-probabilities", (t) => {
	const choices = ["1", "2", "3", "4"].map((text) => choice(text));
	t.like(responseBody(answer(choices, { prompts: ["a", "b"] }), { ...FACTS, kind: "/v1/completions" }), {
		object: "text_completion",
		choices: [{ text: "a1" }, { text: "a2" }, { text: "b3" }, { text: "b4", index: 3 }],
	});
	t.like(
		responseBody(answer([choice(" the a", { logprobs: LOGPROBS })]), { ...FACTS, kind: "/v1/completions" }),
		{
			choices: [
				{
					logprobs: {
						tokens: [" the", " a"],
						token_logprobs: [-0.5, -1.5],
						top_logprobs: [{ " the": -0.5, " a": -1.5 }, {}],
						text_offset: [0, 4],
					},
				},
			],
		},
	);
});

test("a response's body has items, a status and its own names of usage", (t) => {
	const cut = choice("Hi", { finishReason: "length", reasoning: "hm", logprobs: LOGPROBS });
	t.like(responseBody(answer([cut]), { ...FACTS, kind: "/v1/responses" }), {
		...{ id: "resp_x", object: "response", created_at: 5, status: "incomplete", model: "m.gguf" },
		incomplete_details: { reason: "max_output_tokens" },
		output: [
			{ type: "reasoning", content: [{ type: "reasoning_text", text: "hm" }] },
			{
				...{ type: "message", role: "assistant", status: "incomplete" },
				content: [{ type: "output_text", text: "Hi", logprobs: [{ token: " the" }, { token: " a" }] }],
			},
		],
		usage: {
			...{ input_tokens: 9, output_tokens: 3, total_tokens: 12 },
			input_tokens_details: { cached_tokens: 4 },
		},
	});
});

test("the body's model is the one that ran; the one asked for is told where it differs", (t) => {
	const said = answer([choice("Hi", { model: "real" })]);
	t.like(responseBody(said, { ...FACTS, kind: "/v1/chat/completions" }), { model: "real" });
	t.is(ranModel(said, "m.gguf"), "real");
	t.is(ranModel(answer([choice("Hi")]), "m.gguf"), "m.gguf");
	t.deepEqual(askedModel("gpt-4o-mini", "real"), { asked_model: "gpt-4o-mini" });
	t.deepEqual(askedModel("real", "real"), {});
	t.deepEqual(askedModel(undefined, "real"), {});
});
