/** What llama.cpp's own tests ask of its server, as far as it applies to one in front of several engines. */

import test from "ava";
import { LLAMA_SERVER } from "../../support/bare-server.ts";
import { chat, forAll, post, type Serving, serve, slotsOf } from "../../support/serve.ts";

const ENGINES = LLAMA_SERVER === undefined ? ["node-llama-cpp"] : ["node-llama-cpp", "llama-server"];
const servings = new Map<string, Serving>();
const all = forAll();

test.before("a server for each engine", async () => {
	for (const engine of ENGINES)
		servings.set(engine, await serve(all.t, ["--engine", engine, "--inflight", "2"], { ranks: 1 }));
});

test.after.always("they end", () => all.end());

interface Native {
	readonly content: string;
	readonly tokens: readonly number[];
	readonly tokens_predicted: number;
	readonly tokens_evaluated: number;
	readonly stop_type: string;
	readonly stopping_word: string;
	readonly truncated: boolean;
	readonly generation_settings: { readonly seed: number };
	readonly timings: { readonly prompt_n: number; readonly predicted_n: number; readonly cache_n: number };
	readonly completion_probabilities?: readonly {
		readonly token: string;
		readonly logprob: number;
		readonly top_logprobs: readonly { readonly token: string; readonly logprob: number }[];
	}[];
}

for (const engine of ENGINES) {
	const url = () => servings.get(engine)?.url ?? "";
	const complete = async (body: object) =>
		(await post(url(), "/completion", { n_predict: 8, temperature: 0, ...body })).body as Native;

	test(`${engine}: the same seed is the same text, another one another; greedy needs none`, async (t) => {
		const text = async (seed: number) =>
			(await complete({ prompt: "I believe", temperature: 1, top_k: 0, top_p: 1, min_p: 0, seed })).content;
		t.is(await text(42), await text(42));
		t.not(await text(42), await text(43));
		const greedy = await Promise.all([1, 2, 3].map((seed) => complete({ prompt: "I believe", seed })));
		t.is(new Set(greedy.map(({ content }) => content)).size, 1);
		t.is((await complete({ prompt: "I believe", seed: 7 })).generation_settings.seed, 7);
	});

	test(`${engine}: a prompt may be a text, its tokens, or several of both; special tokens can be seen`, async (t) => {
		const { body } = await post(url(), "/tokenize", { content: "What is the day", add_special: true });
		const { tokens } = body as { tokens: number[] };
		const [text, ids] = [await complete({ prompt: "What is the day" }), await complete({ prompt: tokens })];
		t.is(ids.content, text.content);
		t.is(ids.tokens_evaluated, text.tokens_evaluated);
		const many = (await complete({ prompt: ["What is the day", tokens] })) as unknown as Native[];
		t.deepEqual(
			many.map(({ content }) => content),
			[text.content, text.content],
		);
		const plain = await post(url(), "/tokenize", { content: "What is the day" });
		t.deepEqual((plain.body as { tokens: number[] }).tokens, tokens.slice(1));
	});

	test(`${engine}: tokens are told where they are wanted, and make the text`, async (t) => {
		const { content, tokens, tokens_predicted } = await complete({ prompt: "Once", return_tokens: true });
		t.is(tokens.length, tokens_predicted);
		t.is(
			((await post(url(), "/detokenize", { tokens })).body as { content: string }).content.trim(),
			content.trim(),
		);
		t.deepEqual((await complete({ prompt: "Once" })).tokens, []);
	});

	test.serial(`${engine}: a prompt that was read before is not read again`, async (t) => {
		const prompt = `A story of ${engine}: once upon a time there was a river without a name`;
		const first = await complete({ prompt });
		const second = await complete({ prompt });
		t.true(second.timings.prompt_n < first.timings.prompt_n);
		t.is(second.timings.cache_n + second.timings.prompt_n, second.tokens_evaluated);
		t.is(second.content, first.content);
	});

	test(`${engine}: more requests than slots are all answered, each with its own text`, async (t) => {
		const prompts = Array.from({ length: 8 }, (_, index) => `Number ${index} of eight`);
		const alone: string[] = [];
		for (const prompt of prompts) alone.push((await complete({ prompt, seed: 1 })).content);
		const together = await Promise.all(prompts.map((prompt) => complete({ prompt, seed: 1 })));
		t.deepEqual(
			together.map(({ content }) => content),
			alone,
		);
		t.is((await slotsOf(url())).length, 2);
	});

	test(`${engine}: a stop word ends the text before it, and is named`, async (t) => {
		const { content } = await complete({ prompt: "Once", n_predict: 12 });
		const word = content.slice(4, 6);
		const stopped = await complete({ prompt: "Once", n_predict: 12, stop: ["never", word] });
		t.is(stopped.content, content.slice(0, content.indexOf(word)));
		t.is(stopped.stop_type, "word");
		t.is(stopped.stopping_word, word);
	});

	test(`${engine}: n_probs are the likeliest tokens first, and the greedy one is the first`, async (t) => {
		const { completion_probabilities: all = [] } = await complete({ prompt: "Once", n_probs: 5 });
		t.is(all.length, 8);
		for (const { token, logprob, top_logprobs: top } of all) {
			t.is(top.length, 5);
			t.is(top[0]?.token, token);
			t.true(logprob <= 0 && Math.abs((top[0]?.logprob ?? 1) - logprob) < 1e-6);
			t.true(top.every((each, index) => index === 0 || each.logprob <= (top[index - 1]?.logprob ?? 0)));
		}
	});

	test(`${engine}: an answer ends at the context's end, and a prompt that leaves no room is refused with numbers`, async (t) => {
		const full = await complete({ prompt: "x".repeat(2000), n_predict: -1, ignore_eos: true });
		t.is(full.tokens_evaluated + full.tokens_predicted, 2048);
		t.is(full.stop_type, "limit");
		for (const [path, body] of [
			["/completion", { prompt: "x".repeat(2048) }],
			["/v1/completions", { prompt: "x".repeat(2048) }],
			["/v1/chat/completions", chat("x".repeat(2048))],
		] as const) {
			const { status, body: answer } = await post(url(), path, body);
			t.is(status, 400, path);
			const { error } = answer as { error: { type: string; n_prompt_tokens: number; n_ctx: number } };
			t.is(error.type, "exceed_context_size_error");
			t.true(error.n_prompt_tokens >= 2049, path);
			t.is(error.n_ctx, 2048);
		}
	});

	test(`${engine}: embeddings of several texts are those of each, of length 1`, async (t) => {
		const vectors = async (input: unknown) => {
			const { body } = await post(url(), "/v1/embeddings", { input });
			return (body as { data: { embedding: number[] }[] }).data.map(({ embedding }) => embedding);
		};
		const texts = ["I believe the meaning of life is", "Write a joke", "This is a test"];
		const together = await vectors(texts);
		for (const [index, text] of texts.entries()) {
			const [alone = []] = await vectors(text);
			t.true(Math.abs(Math.hypot(...alone) - 1) < 1e-4);
			t.true(alone.every((value, at) => Math.abs(value - (together[index]?.[at] ?? 9)) < 1e-2));
		}
	});
}
