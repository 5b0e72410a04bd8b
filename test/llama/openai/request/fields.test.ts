import test from "ava";
import { BadRequest } from "../../../../src/llama/openai/bad-request.ts";
import { parseBody } from "../../../../src/llama/openai/request/body.ts";
import { type Form, URLS } from "../../../../src/llama/openai/request/fields/field.ts";
import { FIELDS } from "../../../../src/llama/openai/request/fields/fields.ts";
import type { EmbedTask, GenerateTask } from "../../../../src/llama/openai/task.ts";
import { BODIES, SAMPLES } from "./samples.ts";

const DEFAULTS = { maxTokens: 64, temperature: 0.8, topP: 0.95, topK: 40, minP: 0.05, seed: 10 };

const parse = (body: Readonly<Record<string, unknown>>, form: Form = "chat", changes: object = {}) =>
	parseBody({ ...BODIES[form], ...body }, URLS[form], 3, { ...DEFAULTS, ...changes });
const generate = (body: Readonly<Record<string, unknown>>, form?: Form) =>
	parse(body, form).task as GenerateTask;

test("every field of the table is tried below, in every form", (t) => {
	const pairs = (fields: readonly (readonly [string, { readonly forms: readonly string[] }])[]) =>
		fields.flatMap(([name, { forms }]) => forms.map((form) => `${form} ${name}`)).sort();
	t.deepEqual(
		pairs(SAMPLES),
		pairs(FIELDS.flatMap((field) => field.names.map((name) => [name, field] as const))),
	);
});

for (const [name, { forms, good, bad, beside }] of SAMPLES) {
	for (const form of forms) {
		test(`${form}: "${name}" takes what it says and refuses the rest, by name`, (t) => {
			for (const value of good) {
				t.notThrows(() => parse({ ...beside, [name]: value }, form), JSON.stringify(value));
			}
			for (const value of bad) {
				const error = t.throws(() => parse({ ...beside, [name]: value }, form), { instanceOf: BadRequest });
				t.true(error?.param?.startsWith(name), `${JSON.stringify(value)}: ${error?.param}`);
				t.true(error?.message.includes(name.replace(/s$/, "")), error?.message);
			}
			const own = name in BODIES[form];
			if (!own) t.deepEqual(parse({ [name]: null }, form), parse({}, form));
		});
	}
}

test("a body without anything else is run with the job's defaults", (t) => {
	t.deepEqual(parse({}), {
		task: {
			kind: "generate",
			prompts: [[{ role: "user", content: "Hi" }]],
			sampling: { topP: 0.95, topK: 40, minP: 0.05 },
			maxTokens: 64,
			temperature: 0.8,
			seed: 13,
		},
	});
});

test("a request's own value is exact, also one that asks for everything", (t) => {
	const { sampling } = generate({ top_p: 1, top_k: 0, min_p: 0 });
	t.deepEqual(sampling, { topP: 1, topK: 0, minP: 0 });
	t.is(generate({ top_k: -1 }).sampling?.topK, -1);
});

test("what fields become", (t) => {
	t.like(generate({ max_completion_tokens: 5, max_tokens: 6, n_predict: 7 }), { maxTokens: 5 });
	t.like(generate({ n_predict: 7, max_tokens: 6 }), { maxTokens: 6 });
	t.is(generate({ seed: -1 }).seed, 2 ** 32 - 1);
	t.is(generate({ seed: 2 ** 32 + 5 }).seed, 5);
	t.deepEqual(generate({ stop: "x" }).stop, ["x"]);
	t.is(generate({ stop: [] }).stop, undefined);
	t.is(generate({ n: 3 }).n, 3);
	t.is(generate({ logprobs: true, top_logprobs: 2 }).logprobs, 2);
	t.is(generate({ logprobs: true }).logprobs, 0);
	t.is(generate({ logprobs: false }).logprobs, undefined);
	t.is(generate({ logprobs: 3 }, "completions").logprobs, 3);
	t.is(generate({ repetition_penalty: 1.2, repeat_penalty: 1.2 }).sampling?.repeatPenalty, 1.2);
	t.deepEqual(
		generate({ logit_bias: { 5: -100 }, stop_token_ids: [7], min_tokens: 2, ignore_eos: true }).sampling,
		{
			...{ topP: 0.95, topK: 40, minP: 0.05 },
			...{ logitBias: { 5: -100 }, stopTokens: [7], minTokens: 2, ignoreEos: true },
		},
	);
	t.deepEqual(
		generate({ reasoning_effort: "low", enable_thinking: false, chat_template_kwargs: { a: 1 } }).chat,
		{
			templateKwargs: { reasoning_effort: "low", enable_thinking: false, a: 1 },
		},
	);
	t.deepEqual(generate({ continue_final_message: true, add_generation_prompt: false }).chat, {
		...{ addGenerationPrompt: false, continueFinalMessage: true },
	});
	t.deepEqual(generate({ prompt: ["a", [1, 2]], echo: true }, "completions").prompts, ["a", [1, 2]]);
	const embed = parse({ input: [[1, 2]], encoding_format: "base64", dimensions: 2 }, "embeddings")
		.task as EmbedTask;
	t.deepEqual(embed, { kind: "embed", texts: [[1, 2]], base64: true, dimensions: 2 });
});

test("all ways to say a constraint become the same grammar", (t) => {
	const schema = { type: "object", properties: { a: { const: 1 } }, required: ["a"] };
	const grammars = [
		{ response_format: { type: "json_schema", json_schema: { name: "n", schema } } },
		{ response_format: { type: "json_object", schema } },
		{ json_schema: schema },
		{ guided_json: JSON.stringify(schema) },
		{ structured_outputs: { json: schema } },
	].map((body) => generate(body).sampling?.grammar);
	const text = parseBody(
		{ input: "Hi", text: { format: { type: "json_schema", name: "n", schema } } },
		"/v1/responses",
		0,
		DEFAULTS,
	);
	grammars.push((text.task as GenerateTask).sampling?.grammar);
	t.is(new Set(grammars).size, 1);
	t.true(grammars[0]?.startsWith("root ::= "));
});

const MISTAKES: readonly (readonly [Readonly<Record<string, unknown>>, string, string, Form?])[] = [
	[{ top_p: 1.5 }, "top_p", '"top_p" is 1.5: it takes a number above 0 and at most 1'],
	[{ temprature: 1 }, "temprature", '"temprature" is not known; did you mean "temperature"?'],
	[{ mirostat: 2 }, "mirostat", '"mirostat" is not known'],
	[
		{ response_format: { type: "json_object" }, grammar: 'root ::= "a"' },
		"grammar",
		'"grammar" and "response_format" both say',
	],
	[{ repetition_penalty: 1.1, repeat_penalty: 1.2 }, "repeat_penalty", "cannot have different values"],
	[
		{ enable_thinking: true, chat_template_kwargs: { enable_thinking: false } },
		"chat_template_kwargs",
		"another field true",
	],
	[{ top_logprobs: 2 }, "top_logprobs", 'needs "logprobs": true'],
	[{ functions: [{ name: "f" }] }, "functions", 'use "tools"'],
	[
		{ continue_final_message: true, add_generation_prompt: true },
		"continue_final_message",
		"cannot both be true",
	],
	[
		{
			tools: [{ type: "function", function: { name: "f" } }],
			tool_choice: { type: "function", function: { name: "g" } },
		},
		"tool_choice",
		'names "g"',
	],
	[{ min_tokens: 9, max_tokens: 3 }, "min_tokens", "the answer may have 3 tokens"],
	[{ echo: true, logprobs: 1 }, "echo", 'only without "logprobs"', "completions"],
	[{ n: 2, best_of: 3 }, "best_of", 'only the same as "n"'],
	[{ previous_response_id: "r" }, "previous_response_id", "nothing is kept between requests", "responses"],
	[{ messages: [] }, "messages", "is not known", "responses"],
	[{ stop: "\ud800" }, "stop", "half of a character"],
	[JSON.parse('{"__proto__":1}'), "__proto__", '"__proto__" is not known'],
	[{ constructor: 1 }, "constructor", '"constructor" is not known'],
];
for (const [body, param, problem, form] of MISTAKES) {
	test(`a body with ${JSON.stringify(body)} is an error of "${param}"`, (t) => {
		const own = { ...BODIES[form ?? "chat"] };
		// Spread would make a prototype of it.
		for (const key of Object.keys(body))
			Object.defineProperty(own, key, { value: body[key], enumerable: true });
		const error = t.throws(() => parseBody(own, URLS[form ?? "chat"], 0, DEFAULTS), {
			instanceOf: BadRequest,
		});
		t.is(error?.param, param);
		t.true(error?.message.includes(problem), error?.message);
	});
}

test("a value nested without end is an error of its field, or harmless, and nothing worse", (t) => {
	let deep: unknown = 1;
	for (let depth = 0; depth < 50_000; depth++) deep = [deep];
	t.notThrows(() => parse({ metadata: deep }));
	for (const name of ["top_p", "stop", "logit_bias", "tools", "response_format", "guided_json", "unknown"]) {
		t.throws(() => parse({ [name]: deep }), { instanceOf: BadRequest }, name);
	}
	const error = t.throws(() => parse({ chat_template_kwargs: { deep } }), { instanceOf: BadRequest });
	t.is(error?.message, '"chat_template_kwargs" is nested more than 100 deep');
});

test("ignoreUnknown leaves out what nobody knows and tells the names; what is known is still checked", (t) => {
	const body = { mirostat: 2, thinking: {}, messages: [{ role: "user", content: "Hi", foo: 1 }] };
	const { task, ignored } = parse(body, "chat", { ignoreUnknown: true });
	t.deepEqual(task, parse({}).task);
	t.deepEqual(ignored, ["mirostat", "thinking", "messages[].foo"]);
	t.throws(() => parse({ top_p: 5 }, "chat", { ignoreUnknown: true }), { instanceOf: BadRequest });
});
