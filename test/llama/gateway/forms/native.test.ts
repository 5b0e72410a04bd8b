import test from "ava";
import { answerBody } from "../../../../src/llama/gateway/forms/answer-body.ts";
import { streamForm } from "../../../../src/llama/gateway/forms/stream/stream-form.ts";
import { answer, chance, choice, eventsIn, factsOf, streamed } from "./support.ts";

const NATIVE = "/completion";
const FACTS = factsOf(NATIVE, { n_predict: 5, seed: 3 });
/** What the end of a text says. */
const END = {
	...{ id_slot: -1, stop: true, model: "m", tokens_predicted: 3, tokens_evaluated: 9, prompt: "Once" },
	generation_settings: {
		...{ n_predict: 5, temperature: 0.8, seed: 3, stop: [], n_probs: 0, top_k: 40, top_p: 0.95, min_p: 0.05 },
		...{ repeat_penalty: 1, presence_penalty: 0, frequency_penalty: 0, ignore_eos: false, grammar: "" },
	},
	...{ has_new_line: false, truncated: false, stop_type: "eos", stopping_word: "", tokens_cached: 4 },
	timings: {
		...{ cache_n: 4, prompt_n: 5, prompt_ms: 4, prompt_per_token_ms: 0.8, prompt_per_second: 1250 },
		...{ predicted_n: 3, predicted_ms: 20, predicted_per_token_ms: 20 / 3, predicted_per_second: 150 },
	},
};

test("a whole answer in llama.cpp's own form", (t) => {
	t.deepEqual(answerBody({ ...answer(choice("ab")), tokens: [[5, 6]] }, FACTS), {
		...{ index: 0, content: "ab", tokens: [5, 6] },
		...END,
	});
	t.deepEqual((answerBody(answer(choice("ab")), FACTS) as { tokens: unknown }).tokens, []);
});

test("what ended a text: a limit, a stop text, or the model", (t) => {
	const of = (more: object) => answerBody(answer(choice("a\nb", more)), FACTS);
	t.like(of({ finishReason: "length" }), { stop_type: "limit", stopping_word: "", has_new_line: true });
	t.like(of({ stopText: "END" }), { stop_type: "word", stopping_word: "END" });
});

test("a list of prompts gives a list of answers", (t) => {
	const body = answerBody(answer(choice("a"), choice("b")), factsOf(NATIVE, { prompt: ["x", [1, 2]] }));
	t.like(body, [
		{ index: 0, content: "a", prompt: "x" },
		{ index: 1, content: "b", prompt: [1, 2] },
	]);
});

test("response_fields: nothing but those, a path by its last name", (t) => {
	const facts = factsOf(NATIVE, {
		response_fields: ["content", "timings/predicted_n", "constructor", "no/such"],
	});
	t.deepEqual(answerBody(answer(choice("a")), facts), { content: "a", predicted_n: 3 });
	const events = streamed(streamForm(facts), [[1, "a"]], answer(choice("a")));
	t.deepEqual(events.at(-1)?.data, { content: "", predicted_n: 3 });
});

test("n_probs: how likely the tokens were, with their ids where these are known", (t) => {
	const whole = { ...answer(choice("a", { logprobs: [chance("a")] })), tokens: [[5]] };
	const told = {
		token: "a",
		bytes: [97],
		logprob: -0.5,
		top_logprobs: [{ token: "a", bytes: [], logprob: -0.5 }],
	};
	t.like(answerBody(whole, FACTS), { completion_probabilities: [{ id: 5, ...told }] });
	const [event] = eventsIn(streamForm(FACTS).piece([1, "a", null, { logprobs: [chance("a")] }]));
	t.deepEqual(event?.data.completion_probabilities, [told]);
});

test("a stream: pieces with their tokens, the end with all else; there is no [DONE]", (t) => {
	const pieces = [
		[1, "Hel", [1, 2]],
		[1, "lo"],
		[1, "?", null, { choice: 1 }],
	] as const;
	const facts = { ...factsOf(NATIVE, { prompt: ["Once", "Twice"], n_predict: 5, seed: 3 }) };
	const piece = { index: 0, stop: false, id_slot: -1 };
	t.deepEqual(
		streamed(streamForm(facts), pieces, answer(choice("Hello"), choice("?!"))).map(({ data }) => data),
		[
			{ ...piece, content: "Hel", tokens: [1, 2], tokens_predicted: 2 },
			{ ...piece, content: "lo", tokens: [], tokens_predicted: 3 },
			{ ...piece, index: 1, content: "?", tokens: [], tokens_predicted: 1 },
			{ index: 0, content: "", tokens: [], ...END },
			{ ...piece, index: 1, content: "!", tokens: [], tokens_predicted: 2 },
			{ index: 1, content: "", tokens: [], ...END, prompt: "Twice" },
		],
	);
});

test("a failure in a stream is an object with an error", (t) => {
	const [event] = eventsIn(streamForm(FACTS).error({ code: "engine_died", message: "It died" }));
	t.is(event?.data.error.code, "engine_died");
});

test("embeddings in llama.cpp's own form are a bare list", (t) => {
	const embedded = {
		kind: "embedded",
		embeddings: [Float32Array.of(0.5, 1)],
		promptTokens: 2,
		totalMs: 1,
	} as const;
	t.deepEqual(answerBody(embedded, { ...FACTS, kind: "/embedding" }), [{ index: 0, embedding: [[0.5, 1]] }]);
});
