import test from "ava";
import { answerBody } from "../../../../src/llama/gateway/forms/answer-body.ts";
import { parseGatewayBody } from "../../../../src/llama/openai/request/gateway-body.ts";
import { answer, choice, factsOf } from "./support.ts";

test("a whole chat has the time, the model, the fingerprint and how its tokens were used", (t) => {
	const facts = { ...factsOf("/v1/chat/completions"), systemFingerprint: "b1" };
	t.deepEqual(answerBody(answer(choice("Hi")), facts), {
		...{ id: "chatcmpl-x", object: "chat.completion", created: 5, model: "m", system_fingerprint: "b1" },
		choices: [
			{
				index: 0,
				message: { role: "assistant", content: "Hi", refusal: null },
				logprobs: null,
				finish_reason: "stop",
			},
		],
		usage: {
			...{ prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
			prompt_tokens_details: { cached_tokens: 4 },
		},
	});
});

test("a whole completion begins with its prompts, if they are to be echoed", (t) => {
	const facts = factsOf("/v1/completions", { echo: true });
	t.like(answerBody({ ...answer(choice("a")), prompts: ["Once"] }, facts), {
		...{ id: "cmpl-x", object: "text_completion", choices: [{ text: "Oncea" }] },
	});
});

test("embeddings are lists, or base64 where that is asked for", (t) => {
	const embedded = {
		kind: "embedded",
		embeddings: [Float32Array.of(1)],
		promptTokens: 2,
		totalMs: 1,
	} as const;
	const defaults = { maxTokens: 8, temperature: 0, seed: 1 };
	const of = (body: object) => {
		const { task } = parseGatewayBody({ input: "a", ...body }, "/v1/embeddings", 0, defaults);
		return answerBody(embedded, { kind: "/v1/embeddings", id: "x", model: "m", created: 5, task });
	};
	t.like(of({}), {
		object: "list",
		data: [{ embedding: [1] }],
		usage: { prompt_tokens: 2, total_tokens: 2 },
	});
	t.like(of({ encoding_format: "base64" }), { data: [{ embedding: "AACAPw==" }] });
});
