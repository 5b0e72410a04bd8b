import test, { type ExecutionContext } from "ava";
import {
	complete,
	connectEndpoint,
	type GenerateEvent,
	type GenerateOptions,
	type Prompt,
} from "../../../../src/llama/index.ts";
import { startRecordingServer } from "../../support/recording-server.ts";

const CHAT: Prompt = [{ role: "user", content: "Hi" }];

/** An engine on a server that answers every request with these events. */
async function answering(t: ExecutionContext, events: readonly unknown[], models: unknown = { data: [] }) {
	const server = await startRecordingServer({
		"/v1/models": models,
		"/v1/completions": events,
		"/v1/chat/completions": events,
	});
	t.teardown(server.close);
	const engine = await connectEndpoint({ endpoint: server.url });
	t.teardown(() => engine.close());
	return engine;
}

const delta = (said: unknown, finish: string | null = null) => ({
	choices: [{ index: 0, delta: said, finish_reason: finish }],
});

test("thoughts come apart, under either of their names", async (t) => {
	for (const name of ["reasoning_content", "reasoning"]) {
		const engine = await answering(t, [
			delta({ [name]: "h" }),
			delta({ [name]: "m" }),
			delta({ content: "a" }, "stop"),
		]);
		const events: GenerateEvent[] = [];
		for await (const event of engine.generate(CHAT)) events.push(event);
		t.deepEqual(events.slice(0, -1), [
			{ type: "reasoning", reasoning: "h" },
			{ type: "reasoning", reasoning: "m" },
			{ type: "token", text: "a" },
		]);
		t.like(events.at(-1), { reasoning: "hm", fullText: "a", finishReason: "stop" });
	}
});

test("calls of tools are put together from their pieces", async (t) => {
	const piece = (index: number, id: string | undefined, name: string | undefined, text: string) =>
		delta({ tool_calls: [{ index, id, type: "function", function: { name, arguments: text } }] });
	const engine = await answering(t, [
		piece(0, "a", "f", ""),
		piece(0, undefined, undefined, '{"x":'),
		piece(1, "b", "g", "{}"),
		piece(0, undefined, undefined, "1}"),
		delta({}, "tool_calls"),
	]);
	const answer = await complete(engine, CHAT);
	t.is(answer.finishReason, "tool_calls");
	t.deepEqual(answer.toolCalls, [
		{ id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } },
		{ id: "b", type: "function", function: { name: "g", arguments: "{}" } },
	]);
});

test("log-probabilities are read in both forms of OpenAI's", async (t) => {
	const expected = [
		{
			...{ token: "a", logprob: -0.5, bytes: [97] },
			top: [
				{ token: "a", logprob: -0.5, bytes: [97] },
				{ token: "é", logprob: -2, bytes: [195, 169] },
			],
		},
	];
	const top = [
		{ token: "a", logprob: -0.5, bytes: [97] },
		{ token: "é", logprob: -2, bytes: null },
	];
	const chat = { content: [{ token: "a", logprob: -0.5, bytes: [97], top_logprobs: top }] };
	const plain = { tokens: ["a"], token_logprobs: [-0.5], top_logprobs: [{ é: -2, a: -0.5 }] };
	const options: GenerateOptions = { logprobs: 2 };
	for (const [prompt, logprobs] of [
		[CHAT, chat],
		["x", plain],
		["x", chat],
	] as const) {
		const said = prompt === "x" ? { text: "a" } : { delta: { content: "a" } };
		const engine = await answering(t, [
			{ choices: [{ index: 0, ...said, logprobs, finish_reason: "stop" }] },
		]);
		t.deepEqual((await complete(engine, prompt, options)).logprobs, expected);
	}
});

test("a text that was cut says which limit it was", async (t) => {
	const cut = (completion: number) => [
		delta({ content: "a" }, "length"),
		{ choices: [], usage: { prompt_tokens: 60, completion_tokens: completion } },
	];
	const models = { data: [{ id: "m", max_model_len: 100 }] };
	const limit = async (completion: number, options: GenerateOptions) =>
		(await complete(await answering(t, cut(completion), models), CHAT, options)).limit;
	t.is(await limit(5, { maxTokens: 5 }), "max_tokens");
	t.is(await limit(40, { maxTokens: 50 }), "context");
	t.is(await limit(40, { body: {} }), "context");
	t.is(await limit(16, { body: {} }), "max_tokens");
	t.is(await limit(7, { body: { max_completion_tokens: 7 } }), "max_tokens");
});
