import test from "ava";
import { streamForm } from "../../../../src/llama/gateway/forms/stream/stream-form.ts";
import { answer, chance, choice, factsOf, streamed } from "./support.ts";

const COMPLETIONS = "/v1/completions";
const COMMON = { id: "cmpl-x", object: "text_completion", created: 5, model: "m" };
const chunk = (text: string, more: object = {}) => ({
	data: { ...COMMON, choices: [{ index: 0, text, logprobs: null, finish_reason: null, ...more }] },
});

test("a completion: its pieces, an empty text with the reason, [DONE]; it has no role, thoughts or calls", (t) => {
	const pieces = [
		[1, "", null, { reasoning: "Hm" }],
		[1, "a"],
		[1, "b"],
	] as const;
	t.deepEqual(streamed(streamForm(factsOf(COMPLETIONS)), pieces, answer(choice("ab", { reasoning: "Hm" }))), [
		chunk("a"),
		chunk("b"),
		chunk("", { finish_reason: "stop" }),
		{ data: undefined },
	]);
});

test("offsets of tokens go on from piece to piece", (t) => {
	const logprobs = ["ab", "c", "d"].map(chance);
	const pieces = [
		[1, "ab", null, { logprobs: [chance("ab")] }],
		[1, "c", null, { logprobs: [chance("c")] }],
	] as const;
	const events = streamed(streamForm(factsOf(COMPLETIONS)), pieces, answer(choice("abcd", { logprobs })));
	t.deepEqual(
		events.slice(0, 3).map(({ data }) => data.choices[0].logprobs),
		[
			{ tokens: ["ab"], token_logprobs: [-0.5], top_logprobs: [{ ab: -0.5 }], text_offset: [0] },
			{ tokens: ["c"], token_logprobs: [-0.5], top_logprobs: [{ c: -0.5 }], text_offset: [2] },
			{ tokens: ["d"], token_logprobs: [-0.5], top_logprobs: [{ d: -0.5 }], text_offset: [3] },
		],
	);
});

test("echo: each choice begins with its prompt", (t) => {
	const facts = factsOf(COMPLETIONS, { prompt: ["P", "Q"], n: 2, echo: true });
	const pieces = [
		[1, "a"],
		[1, "c", null, { choice: 2 }],
		[1, "A"],
	] as const;
	const choices = ["aA", "b", "c", "d"].map((text) => choice(text));
	const whole = { ...answer(...choices), prompts: ["P", "Q"] };
	t.deepEqual(textsOf(streamed(streamForm(facts), pieces, whole), 4), ["PaA", "Pb", "Qc", "Qd"]);
});

test("echo of a prompt of tokens: its text is known with the answer, and all of it comes then", (t) => {
	const facts = factsOf(COMPLETIONS, { prompt: [[1, 2]], echo: true });
	const form = streamForm(facts);
	t.is(form.piece([1, "a"]), "");
	const events = streamed(form, [[1, "b"]], { ...answer(choice("ab")), prompts: ["P"] });
	t.deepEqual(textsOf(events, 1), ["Pab"]);
	const nothing = streamed(streamForm(facts), [], { ...answer(choice("")), prompts: ["P"] });
	t.deepEqual(textsOf(nothing, 1), ["P"]);
});

function textsOf(events: ReturnType<typeof streamed>, count: number): string[] {
	return Array.from({ length: count }, (_, index) =>
		events
			.flatMap(({ data }) => data?.choices ?? [])
			.filter((each) => each.index === index)
			.map(({ text }) => text)
			.join(""),
	);
}
