/** Forms of answers that few clients ask for, over a real server. */

import test from "ava";
import { forAll, post, type Serving, serve } from "../../support/serve.ts";

let serving: Serving;
const all = forAll();

test.before("one server for all", async () => {
	serving = await serve(all.t);
});

test.after.always("it ends", () => all.end());

async function stream(path: string, body: object): Promise<string> {
	const answer = await fetch(`${serving.url}${path}`, {
		...{ method: "POST", body: JSON.stringify({ ...body, stream: true }) },
	});
	return await answer.text();
}

test("llama.cpp's own form: whole with tokens and chances, the same in pieces, which end without [DONE]", async (t) => {
	const asked = { prompt: "Once", n_predict: 4, temperature: 0, n_probs: 1, return_tokens: true };
	const { status, body } = await post(serving.url, "/completion", asked);
	t.is(status, 200);
	t.is(body.tokens.length, 4);
	t.deepEqual(
		body.completion_probabilities.map(({ id }: { id: number }) => id),
		body.tokens,
	);
	t.like(body, { stop: true, stop_type: "limit", tokens_predicted: 4, prompt: "Once" });
	const events = (await stream("/completion", asked)).trim().split("\n\n");
	const pieces = events.map((event) => JSON.parse(event.replace("data: ", "")));
	t.deepEqual(
		pieces.flatMap(({ tokens }) => tokens),
		body.tokens,
	);
	t.is(pieces.map(({ content }) => content).join(""), body.content);
	t.true(pieces.at(-1).stop);
});

test("a stream that echoes a prompt of tokens has all of it, though its pieces had to wait", async (t) => {
	const asked = { prompt: [300, 301], max_tokens: 3, temperature: 0, echo: true };
	const { body } = await post(serving.url, "/v1/completions", asked);
	const events = (await stream("/v1/completions", asked)).trim().split("\n\n");
	t.is(events.at(-1), "data: [DONE]");
	const chunks = events.slice(0, -1).map((event) => JSON.parse(event.replace("data: ", "")));
	t.is(chunks.map(({ choices }) => choices[0].text).join(""), body.choices[0].text);
});

test("a prompt that is too long is told in numbers, also where a stream was asked for", async (t) => {
	for (const asked of [{}, { stream: true }]) {
		const { status, body } = await post(serving.url, "/v1/completions", {
			prompt: "a".repeat(5000),
			...asked,
		});
		t.is(status, 400);
		t.like(body.error, { code: "context_length_exceeded", n_prompt_tokens: 5001, n_ctx: 2048 });
	}
});
