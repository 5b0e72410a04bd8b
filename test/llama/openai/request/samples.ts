import type { Form } from "../../../../src/llama/openai/request/fields/field.ts";

/** What a field is tried with. */
export interface Sample {
	readonly forms: readonly Form[];
	/** A value that is taken, beside a body that asks for nothing else. */
	readonly good: readonly unknown[];
	/** A value that is refused. */
	readonly bad: readonly unknown[];
	/** Other fields that the good values need. */
	readonly beside?: Readonly<Record<string, unknown>>;
	/** The values ask for what node-llama-cpp cannot. */
	readonly needsTools?: true;
}

const CHAT: readonly Form[] = ["chat"];
const BOTH: readonly Form[] = ["chat", "completions"];
const TEMPLATE: readonly Form[] = ["chat", "responses"];
const GENERATED: readonly Form[] = ["chat", "completions", "responses"];
const ALL: readonly Form[] = [...GENERATED, "embeddings"];
const RESPONSES: readonly Form[] = ["responses"];
const OBJECT = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
const TOOL = { type: "function", function: { name: "f", parameters: {} } };
const anything = (name: string): readonly [string, Sample] => [
	name,
	{ forms: ALL, good: ["x", { a: [1] }, 5, true], bad: [] },
];
const stateful = (name: string): readonly [string, Sample] => [
	name,
	{ forms: RESPONSES, good: [null], bad: ["x"] },
];

/** Values of every field. A name may come twice, with other forms. */
export const SAMPLES: readonly (readonly [string, Sample])[] = [
	["model", { forms: ALL, good: ["m"], bad: [5] }],
	[
		"messages",
		{ forms: CHAT, good: [[{ role: "user", content: "Hi" }]], bad: [[], "Hi", [{ role: "user" }]] },
	],
	[
		"prompt",
		{
			forms: ["completions"],
			good: ["a", ["a", "b"], [1, 2], [[1], [2, 3]], ["a", [1]]],
			bad: [[], 5, [1, "a"], [-1], [[]]],
		},
	],
	["input", { forms: ["embeddings"], good: ["a", ["a", "b"], [1, 2], [[1], [2]]], bad: ["", [], [""], 5] }],
	["max_completion_tokens", { forms: CHAT, good: [3], bad: [0, -1, 1.5, "3"] }],
	["max_tokens", { forms: BOTH, good: [3], bad: [0, -1, 1.5, "3"] }],
	["n_predict", { forms: BOTH, good: [3], bad: [0, -1] }],
	["max_output_tokens", { forms: RESPONSES, good: [3], bad: [0] }],
	["temperature", { forms: GENERATED, good: [0, 1.5], bad: [-1, 101, "1"] }],
	["top_p", { forms: GENERATED, good: [1, 0.5], bad: [0, 1.5] }],
	["top_k", { forms: GENERATED, good: [0, -1, 40], bad: [-2, 1.5] }],
	["min_p", { forms: GENERATED, good: [0, 1], bad: [-0.1, 2] }],
	["presence_penalty", { forms: GENERATED, good: [-2, 2], bad: [3] }],
	["frequency_penalty", { forms: GENERATED, good: [0.5], bad: [-3] }],
	["repetition_penalty", { forms: GENERATED, good: [1, 1.2], bad: [0] }],
	["repeat_penalty", { forms: GENERATED, good: [1.2], bad: [-1] }],
	["logit_bias", { forms: GENERATED, good: [{ 5: -100 }, {}], bad: [{ a: 1 }, { 5: 200 }, [[5, 1]]] }],
	["seed", { forms: GENERATED, good: [0, -1, 2 ** 60, 5], bad: [1.5, "5", 2 ** 70] }],
	["stop", { forms: GENERATED, good: ["x", ["x", "y"], []], bad: ["", 5, [1]] }],
	["stop_token_ids", { forms: GENERATED, good: [[5], []], bad: [5, [-1]] }],
	["min_tokens", { forms: GENERATED, good: [0, 2], bad: [-1, 1000] }],
	["ignore_eos", { forms: GENERATED, good: [true, false], bad: [1] }],
	["n", { forms: BOTH, good: [1, 2], bad: [0, 129] }],
	["logprobs", { forms: CHAT, good: [true, false], bad: [1] }],
	["logprobs", { forms: ["completions"], good: [0, 2, false], bad: [true, 21] }],
	["top_logprobs", { forms: CHAT, good: [2], bad: [21], beside: { logprobs: true } }],
	[
		"top_logprobs",
		{ forms: RESPONSES, good: [2], bad: [21], beside: { include: ["message.output_text.logprobs"] } },
	],
	["echo", { forms: ["completions"], good: [true, false], bad: [1] }],
	[
		"response_format",
		{
			forms: BOTH,
			good: [
				{ type: "text" },
				{ type: "json_object" },
				{ type: "json_schema", json_schema: { name: "n", schema: OBJECT, strict: true } },
			],
			bad: [
				"text",
				{},
				{ type: "xml" },
				{ type: "json_schema" },
				{ type: "json_schema", json_schema: { schema: { not: {} } } },
				{ type: "text", x: 1 },
			],
		},
	],
	["json_schema", { forms: BOTH, good: [OBJECT, {}], bad: [5, { type: "x" }] }],
	["guided_json", { forms: BOTH, good: [OBJECT, JSON.stringify(OBJECT)], bad: ["{"] }],
	["grammar", { forms: BOTH, good: ['root ::= "a"', ""], bad: ["root ::= x", 5] }],
	["guided_grammar", { forms: BOTH, good: ['root ::= "a"'], bad: ["x"] }],
	["guided_regex", { forms: BOTH, good: ["[ab]+"], bad: ["(", 5] }],
	["guided_choice", { forms: BOTH, good: [["a", "b"]], bad: [[], "a"] }],
	[
		"structured_outputs",
		{
			forms: BOTH,
			good: [
				{ json: OBJECT },
				{ choice: ["a"] },
				{ regex: "a", json: null },
				{ json_object: true },
				{ grammar: 'root ::= "a"' },
			],
			bad: [5, { jsn: 1 }, { json: OBJECT, regex: "a" }],
		},
	],
	["guided_decoding_backend", { forms: BOTH, good: ["xgrammar"], bad: [] }],
	["chat_template_kwargs", { forms: TEMPLATE, good: [{ enable_thinking: false }, {}], bad: [[], "x"] }],
	["enable_thinking", { forms: TEMPLATE, good: [true, false], bad: ["yes"] }],
	["reasoning_effort", { forms: CHAT, good: ["low"], bad: ["much"] }],
	[
		"reasoning",
		{ forms: RESPONSES, good: [{ effort: "low" }, {}], bad: ["low", { effort: "x" }, { summary: "auto" }] },
	],
	["add_generation_prompt", { forms: TEMPLATE, good: [true], bad: [1] }],
	["continue_final_message", { forms: TEMPLATE, good: [false], bad: [1] }],
	[
		"tools",
		{
			forms: CHAT,
			good: [[TOOL]],
			bad: [{}, [{ type: "web_search" }], [{ type: "function" }]],
			needsTools: true,
		},
	],
	[
		"tools",
		{
			forms: RESPONSES,
			good: [[{ type: "function", name: "f" }]],
			bad: [[{ type: "web_search" }]],
			needsTools: true,
		},
	],
	[
		"tool_choice",
		{
			forms: TEMPLATE,
			good: ["auto", "none"],
			bad: ["required", "x", { type: "function", function: { name: "f" } }],
		},
	],
	["parallel_tool_calls", { forms: TEMPLATE, good: [true, false], bad: [1] }],
	["functions", { forms: CHAT, good: [[]], bad: [[{ name: "f" }]] }],
	["function_call", { forms: CHAT, good: ["none", "auto"], bad: [{ name: "f" }] }],
	["encoding_format", { forms: ["embeddings"], good: ["float", "base64"], bad: ["int8"] }],
	["dimensions", { forms: ["embeddings"], good: [2], bad: [0] }],
	[
		"input",
		{
			forms: RESPONSES,
			good: ["Hi", [{ role: "user", content: "Hi" }]],
			bad: [5, [], [{ type: "reasoning" }]],
		},
	],
	["instructions", { forms: RESPONSES, good: ["Be brief"], bad: [5] }],
	[
		"text",
		{
			forms: RESPONSES,
			good: [
				{ format: { type: "text" } },
				{ format: { type: "json_schema", name: "n", schema: OBJECT } },
				{},
			],
			bad: ["x", { verbosity: "low" }, { format: { type: "x" } }],
		},
	],
	[
		"include",
		{
			forms: RESPONSES,
			good: [[], ["message.output_text.logprobs"]],
			bad: ["x", ["reasoning.encrypted_content"]],
		},
	],
	["background", { forms: RESPONSES, good: [false], bad: [true] }],
	["truncation", { forms: RESPONSES, good: ["disabled"], bad: ["auto"] }],
	...["previous_response_id", "conversation", "prompt", "max_tool_calls"].map(stateful),
	...["user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key"].map(anything),
	["stream_options", { forms: GENERATED, good: [{ include_usage: true }], bad: [] }],
	["stream", { forms: ALL, good: [false], bad: [true, "no"] }],
	["best_of", { forms: BOTH, good: [1], bad: [2] }],
	["suffix", { forms: ["completions"], good: [""], bad: ["x"] }],
];

/** A body of each form that asks for nothing but an answer. */
export const BODIES: Readonly<Record<Form, Readonly<Record<string, unknown>>>> = {
	chat: { messages: [{ role: "user", content: "Hi" }] },
	completions: { prompt: "Once" },
	embeddings: { input: "Once" },
	responses: { input: "Hi" },
};
