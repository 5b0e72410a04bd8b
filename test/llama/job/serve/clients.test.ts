import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embed, generateObject, generateText, streamText } from "ai";
import test from "ava";
import OpenAI from "openai";
import { z } from "zod";
import { forAll, type Serving, serve } from "../../support/serve.ts";

let serving: Serving;
let client: OpenAI;

const all = forAll();

test.before("one server for all", async () => {
	serving = await serve(all.t);
	client = new OpenAI({ baseURL: `${serving.url}/v1`, apiKey: "none", maxRetries: 0 });
});

test.after.always("it ends", () => all.end());

const messages = [{ role: "user", content: "Hello" }] as const;

test("openai: a chat, whole and in pieces, is the same text at temperature 0", async (t) => {
	const request = { model: "any", messages: [...messages], max_tokens: 12, temperature: 0, seed: 1 };
	const whole = await client.chat.completions.create(request);
	let text = "";
	let usage: OpenAI.CompletionUsage | null | undefined;
	let finish: string | null = null;
	const stream = await client.chat.completions.create({
		...request,
		stream: true,
		stream_options: { include_usage: true },
	});
	for await (const chunk of stream) {
		text += chunk.choices[0]?.delta.content ?? "";
		finish ??= chunk.choices[0]?.finish_reason ?? null;
		usage = chunk.usage ?? usage;
	}
	t.is(text, whole.choices[0]?.message.content ?? "");
	t.is(finish, whole.choices[0]?.finish_reason ?? "");
	t.is(usage?.completion_tokens, whole.usage?.completion_tokens);
	t.is(whole.model, "demo-tiny-1");
});

test("openai: without a seed the same question has another answer", async (t) => {
	const ask = () =>
		client.chat.completions.create({ model: "any", messages: [...messages], max_tokens: 16, temperature: 1 });
	const answers = await Promise.all(Array.from({ length: 4 }, ask));
	t.true(new Set(answers.map(({ choices }) => choices[0]?.message.content)).size > 1);
});

test("openai: models, embeddings (base64 as the client asks for), completions, responses", async (t) => {
	t.deepEqual(
		(await client.models.list()).data.map(({ id }) => id),
		["demo-tiny-1"],
	);
	t.is((await client.models.retrieve("demo-tiny-1")).object, "model");
	const { data, usage } = await client.embeddings.create({ model: "any", input: ["one", "two"] });
	t.deepEqual(
		data.map(({ index, embedding }) => [index, embedding.length]),
		[
			[0, 64],
			[1, 64],
		],
	);
	const length = Math.hypot(...(data[0]?.embedding ?? []));
	t.true(Math.abs(length - 1) < 1e-3, `length ${length}`);
	t.true(usage.prompt_tokens > 0);
	const completion = await client.completions.create({ model: "any", prompt: "Once", max_tokens: 4, n: 2 });
	t.deepEqual(
		completion.choices.map(({ index }) => index),
		[0, 1],
	);
	const response = await client.responses.create({ model: "any", input: "Hello", max_output_tokens: 4 });
	t.is(response.status, "incomplete");
	t.true(response.output_text.length > 0);
	const events: string[] = [];
	const stream = await client.responses.create({
		model: "any",
		input: "Hello",
		max_output_tokens: 4,
		stream: true,
	});
	for await (const { type } of stream) events.push(type);
	t.is(events[0], "response.created");
	t.is(events.at(-1), "response.incomplete");
});

test("openai: a mistake is the class of error that the client has for it", async (t) => {
	const bad = await t.throwsAsync(
		client.chat.completions.create({ model: "any", messages: [...messages], top_p: 7 }),
		{ instanceOf: OpenAI.BadRequestError },
	);
	t.is(bad?.param, "top_p");
	await t.throwsAsync(client.models.retrieve("other"), { instanceOf: OpenAI.NotFoundError });
});

test("openai: a client that leaves a stream gets no more, and the next request is answered", async (t) => {
	const stream = await client.chat.completions.create({
		model: "any",
		messages: [...messages],
		max_tokens: 1500,
		stream: true,
	});
	for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
	t.true(stream.controller.signal.aborted);
	const next = await client.chat.completions.create({
		model: "any",
		messages: [...messages],
		max_tokens: 2,
	});
	t.is(next.choices.length, 1);
});

test("AI SDK: text, stream, object and embedding", async (t) => {
	const provider = createOpenAICompatible({ name: "tsmpi", baseURL: `${serving.url}/v1` });
	const model = provider("any");
	const prompt = "Hello";
	const text = await generateText({ model, prompt, maxOutputTokens: 6, temperature: 0, seed: 1 });
	t.is(text.finishReason, "length");
	const stream = streamText({ model, prompt, maxOutputTokens: 6, temperature: 0, seed: 1 });
	let streamed = "";
	for await (const piece of stream.textStream) streamed += piece;
	t.is(streamed, text.text);
	const schema = z.object({ answer: z.enum(["yes", "no"]) });
	const { object } = await generateObject({
		model: createOpenAICompatible({
			name: "tsmpi",
			baseURL: `${serving.url}/v1`,
			supportsStructuredOutputs: true,
		})("any"),
		prompt,
		schema,
		maxOutputTokens: 64,
	});
	t.true(["yes", "no"].includes(object.answer));
	const { embedding } = await embed({ model: provider.textEmbeddingModel("any"), value: "Hello" });
	t.is(embedding.length, 64);
});
