import test from "ava";
import { parseBody } from "../../../../src/llama/openai/request/body.ts";
import { sizeOf } from "../../../../src/llama/openai/task.ts";

const OPEN = {
	...{ maxTokens: undefined, temperature: undefined, topP: undefined, topK: undefined, minP: undefined },
	...{ seed: 10, endpoint: true },
};
const MESSAGES = [{ role: "developer", content: "Hi", cache_control: { type: "ephemeral" } }];

test("an endpoint gets the fields as they came, unknown ones too, and what is done here is taken out", (t) => {
	const body = {
		...{
			model: "m",
			messages: MESSAGES,
			top_p: 1,
			mirostat: 2,
			thinking: { type: "disabled" },
			max_tokens: 5,
		},
		...{ n: 2, stream: false, stream_options: {}, seed: -1, stop: null },
	};
	const { task, model, ignored } = parseBody(body, "/v1/chat/completions", 0, OPEN);
	t.is(model, "m");
	t.is(sizeOf(task).maxTokens, 10);
	t.is(ignored, undefined);
	t.deepEqual(task, {
		kind: "generate",
		prompts: [MESSAGES],
		body: { model: "m", top_p: 1, mirostat: 2, thinking: { type: "disabled" }, max_tokens: 5, stop: null },
		sampling: { topP: undefined, topK: undefined, minP: undefined },
		maxTokens: undefined,
		temperature: undefined,
		seed: 2 ** 32 - 1,
		n: 2,
	});
});

test("the command line holds where the body leaves it open", (t) => {
	const named = { ...OPEN, maxTokens: 9, temperature: 0.5, topP: 0.9 };
	t.like(
		parseBody({ messages: MESSAGES, temperature: 1, top_p: null }, "/v1/chat/completions", 3, named).task,
		{
			...{ maxTokens: 9, temperature: undefined, sampling: { topP: 0.9, topK: undefined }, seed: 13 },
		},
	);
	t.like(parseBody({ messages: MESSAGES, max_completion_tokens: 1 }, "/v1/chat/completions", 0, named).task, {
		maxTokens: undefined,
	});
});

test("a completion's prompts and echo, an embedding's texts and dimensions are understood", (t) => {
	t.deepEqual(
		parseBody({ prompt: ["a", [1]], echo: true, logprobs: null, foo: 1 }, "/v1/completions", 0, OPEN).task,
		{
			...{ kind: "generate", prompts: ["a", [1]], echo: true, body: { logprobs: null, foo: 1 }, seed: 10 },
			...{ maxTokens: undefined, temperature: undefined },
			sampling: { topP: undefined, topK: undefined, minP: undefined },
		},
	);
	t.deepEqual(
		parseBody({ input: "a", dimensions: 2, encoding_format: "base64", foo: 1 }, "/v1/embeddings", 0, OPEN)
			.task,
		{
			...{ kind: "embed", texts: ["a"], base64: true, dimensions: 2, body: { dimensions: 2, foo: 1 } },
		},
	);
});

test("a response goes on as a chat, and what a chat has no words for is an error", (t) => {
	const body = {
		...{ instructions: "Be brief", input: "Hi", max_output_tokens: 5, foo: 1 },
		...{ text: { format: { type: "json_schema", name: "n", schema: {} } }, reasoning: { effort: "low" } },
	};
	t.like(parseBody(body, "/v1/responses", 0, OPEN).task, {
		prompts: [
			[
				{ role: "system", content: "Be brief" },
				{ role: "user", content: "Hi" },
			],
		],
		body: {
			...{ foo: 1, max_completion_tokens: 5, reasoning_effort: "low" },
			response_format: { type: "json_schema", json_schema: { name: "n", schema: {} } },
		},
	});
	for (const [name, value] of Object.entries({
		previous_response_id: "r",
		reasoning: { summary: "auto" },
		text: { verbosity: "low" },
	})) {
		t.throws(
			() => parseBody({ input: "Hi", [name]: value }, "/v1/responses", 0, OPEN),
			{ code: "unsupported_parameter" },
			name,
		);
	}
});

test("a stream is refused, and what cannot be packed", (t) => {
	t.throws(() => parseBody({ messages: MESSAGES, stream: true }, "/v1/chat/completions", 0, OPEN), {
		code: "stream_not_supported",
	});
	let deep: unknown = 1;
	for (let depth = 0; depth < 50_000; depth++) deep = [deep];
	t.throws(() => parseBody({ messages: MESSAGES, foo: deep }, "/v1/chat/completions", 0, OPEN), {
		code: "invalid_request",
	});
});
