/** What real clients make of the events, without a network between. */

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";
import test from "ava";
import OpenAI, { APIError } from "openai";
import { type StreamForm, streamForm } from "../../../../src/llama/gateway/forms/stream/stream-form.ts";
import { answer, chance, choice, factsOf } from "./support.ts";

const MESSAGES = [{ role: "user" as const, content: "Hi" }];
const CALL = { id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } };
const DIED = { code: "interrupted", message: "The engine died" } as const;

/** A fetch that answers everything with these events. */
function serving(events: string): typeof fetch {
	return async () => new Response(events, { headers: { "content-type": "text/event-stream" } });
}

function openai(events: string): OpenAI {
	return new OpenAI({ apiKey: "none", baseURL: "http://server/v1", maxRetries: 0, fetch: serving(events) });
}

function chatEvents(use: (form: StreamForm) => string): string {
	return use(streamForm(factsOf("/v1/chat/completions", { stream_options: { include_usage: true } })));
}

test("openai puts a chat together: text, chances, calls, usage", async (t) => {
	const logprobs = [chance("He"), chance("llo")];
	const whole = choice("Hello", { logprobs, toolCalls: [CALL], finishReason: "tool_calls" });
	const events = chatEvents(
		(form) => form.piece([1, "He", null, { logprobs: logprobs.slice(0, 1) }]) + form.finish(answer(whole)),
	);
	const stream = openai(events).chat.completions.stream({ model: "m", messages: MESSAGES });
	const { choices, usage, model } = await stream.finalChatCompletion();
	t.like(choices[0]?.message, { role: "assistant", content: "Hello", tool_calls: [CALL] });
	t.is(choices[0]?.finish_reason, "tool_calls");
	t.deepEqual(
		choices[0]?.logprobs?.content?.map(({ token }) => token),
		["He", "llo"],
	);
	t.like(usage, { total_tokens: 12, prompt_tokens_details: { cached_tokens: 4 } });
	t.is(model, "m");
});

test("openai throws when a chat breaks", async (t) => {
	const events = chatEvents((form) => form.piece([1, "Hel"]) + form.error(DIED));
	const stream = openai(events).chat.completions.stream({ model: "m", messages: MESSAGES });
	const error = await t.throwsAsync(stream.finalChatCompletion());
	t.true(error?.message.includes("The engine died"), error?.message);
});

test("openai puts a response together: thoughts, text, calls", async (t) => {
	const form = streamForm(factsOf("/v1/responses"));
	const pieces = [
		[1, "", null, { reasoning: "Hm" }],
		[1, "Hel"],
		[1, "lo"],
	] as const;
	const whole = answer(choice("Hello", { reasoning: "Hm", toolCalls: [CALL], finishReason: "tool_calls" }));
	const events = pieces.map((piece) => form.piece(piece)).join("") + form.finish(whole);
	const deltas: string[] = [];
	const stream = openai(events).responses.stream({ model: "m", input: "Hi" });
	stream.on("response.output_text.delta", ({ delta, snapshot }) => deltas.push(delta, snapshot));
	const response = await stream.finalResponse();
	t.deepEqual(deltas, ["Hel", "Hel", "lo", "Hello"]);
	t.is(response.output_text, "Hello");
	t.deepEqual(
		response.output.map(({ type }) => type),
		["reasoning", "message", "function_call"],
	);
	t.like(response.output[2], { call_id: "c1", name: "f", arguments: '{"a":1}' });
});

test("openai throws when a response breaks", async (t) => {
	const form = streamForm(factsOf("/v1/responses"));
	const stream = openai(form.piece([1, "Hel"]) + form.error(DIED)).responses.stream({
		model: "m",
		input: "Hi",
	});
	const error = await t.throwsAsync(stream.finalResponse(), { instanceOf: APIError });
	t.is(error?.code, "interrupted");
});

function aiSdk(events: string) {
	const provider = createOpenAICompatible({
		...{ name: "tsmpi", baseURL: "http://server/v1", fetch: serving(events), includeUsage: true },
	});
	return streamText({ model: provider("m"), prompt: "Hi", maxRetries: 0, onError: () => {} });
}

test("the AI SDK puts a chat together: thoughts, text, usage", async (t) => {
	const events = chatEvents((form) => {
		const pieces = [
			[1, "", null, { reasoning: "Hm" }],
			[1, "Hel"],
			[1, "lo"],
		] as const;
		const whole = answer(choice("Hello", { reasoning: "Hm" }));
		return pieces.map((piece) => form.piece(piece)).join("") + form.finish(whole);
	});
	const result = aiSdk(events);
	t.is(await result.text, "Hello");
	t.is(await result.reasoningText, "Hm");
	t.is(await result.finishReason, "stop");
	t.like(await result.usage, { inputTokens: 9, outputTokens: 3, cachedInputTokens: 4 });
});

test("the AI SDK tells of a chat that breaks", async (t) => {
	const parts: string[] = [];
	const events = chatEvents((form) => form.piece([1, "Hel"]) + form.error(DIED));
	for await (const { type } of aiSdk(events).fullStream) parts.push(type);
	t.true(parts.includes("error"), parts.join());
});
