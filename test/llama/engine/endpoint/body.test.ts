import test, { type ExecutionContext } from "ava";
import { complete, connectEndpoint, type GenerateOptions, type Prompt } from "../../../../src/llama/index.ts";
import { type Answers, startRecordingServer } from "../../support/recording-server.ts";

const MODELS = { data: [{ id: "first" }, { id: "second" }] };
const SAID = [
	{ model: "first-v2", choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] },
	{ choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } },
];
const WRITTEN = [{ model: "first-v2", choices: [{ index: 0, text: "a", finish_reason: "stop" }] }];
const ANSWERS: Answers = {
	"/v1/models": MODELS,
	"/v1/chat/completions": SAID,
	"/v1/completions": WRITTEN,
};
const CHAT: Prompt = [{ role: "user", content: "Hi" }];
const ALWAYS = { stream: true, stream_options: { include_usage: true } };

/** The body that a request becomes, and its path. */
async function sent(t: ExecutionContext, prompt: Prompt, options: GenerateOptions, model?: string) {
	const server = await startRecordingServer(ANSWERS);
	t.teardown(server.close);
	const engine = await connectEndpoint({ endpoint: server.url, model });
	t.teardown(() => engine.close());
	const answer = await complete(engine, prompt, options);
	t.is(answer.model, "first-v2");
	return { path: server.requests.at(-1)?.path, json: server.requests.at(-1)?.json };
}

test("a body goes to an endpoint as it came, with nothing but the prompt, the seed and the stream", async (t) => {
	const body = { model: "second", top_k: 3, unheard_of: { of: [1] }, max_completion_tokens: 9, user: "me" };
	const chat = await sent(t, CHAT, { body, seed: 5 });
	t.is(chat.path, "/v1/chat/completions");
	t.deepEqual(chat.json, { ...body, messages: CHAT, seed: 5, ...ALWAYS });
	const text = await sent(t, [1, 2, 3], { body: { seed: 8, messages: CHAT, n: 4 } });
	t.is(text.path, "/v1/completions");
	t.deepEqual(text.json, { model: "first", prompt: [1, 2, 3], seed: 8, ...ALWAYS });
});

test("options beside a body are told, and only those that are given", async (t) => {
	const options = {
		...{ body: { temperature: 0.3 }, maxTokens: 7, stop: ["x"], logprobs: 2 },
		sampling: { topP: 0.5, topK: 0, repeatPenalty: 1.2, stopTokens: [4], jsonSchema: { type: "array" } },
		chat: { templateKwargs: { enable_thinking: false }, continueFinalMessage: true, tools: [{ a: 1 }] },
	};
	const { json } = await sent(t, CHAT, options);
	t.deepEqual(json, {
		...{ temperature: 0.3, model: "first", messages: CHAT, max_tokens: 7, stop: ["x"], seed: 0, ...ALWAYS },
		...{ top_p: 0.5, top_k: -1, repetition_penalty: 1.2, stop_token_ids: [4] },
		response_format: {
			type: "json_schema",
			json_schema: { name: "answer", schema: { type: "array" }, strict: true },
		},
		...{ chat_template_kwargs: { enable_thinking: false }, continue_final_message: true, tools: [{ a: 1 }] },
		...{ logprobs: true, top_logprobs: 2 },
	});
});

test("without a body the documented defaults are told", async (t) => {
	const { json } = await sent(t, "abc", {});
	t.deepEqual(json, {
		...{ model: "first", prompt: "abc", max_tokens: 128, temperature: 0, top_p: 0.95, seed: 0, ...ALWAYS },
	});
	const warm = await sent(t, "abc", { temperature: 1, maxTokens: Number.POSITIVE_INFINITY });
	t.like(warm.json, { temperature: 1, top_p: 0.95, top_k: 40, min_p: 0.05, max_tokens: undefined });
});

test("a body's model runs where the server lists it, and the user's in any case", async (t) => {
	const modelOf = async (body: { model: string }, chosen?: string) =>
		(await sent(t, CHAT, { body }, chosen)).json?.model;
	t.is(await modelOf({ model: "second" }), "second");
	t.is(await modelOf({ model: "gpt-9" }), "first");
	t.is(await modelOf({ model: "second" }, "mine"), "mine");
});

test("messages keep all their fields", async (t) => {
	const messages = [
		{ role: "user", name: "Eve", content: [{ type: "image_url", image_url: { url: "data:," } }] },
		{ role: "assistant", content: null, tool_calls: [{ id: "1" }], reasoning_content: "hm", more: 1 },
		{ role: "tool", tool_call_id: "1", content: "42" },
	];
	t.deepEqual((await sent(t, messages, {})).json?.messages, messages);
});
