import test from "ava";
import { streamForm } from "../../../../src/llama/gateway/forms/stream/stream-form.ts";
import { answer, chance, choice, eventsIn, factsOf, streamed } from "./support.ts";

const CHAT = "/v1/chat/completions";
const COMMON = { id: "chatcmpl-x", object: "chat.completion.chunk", created: 5, model: "m" };
const chunk = (delta: object, more: object = {}) => ({
	data: { ...COMMON, choices: [{ index: 0, delta, logprobs: null, finish_reason: null, ...more }] },
});

test("a chat: the role, the pieces, an empty delta with the reason, [DONE]", (t) => {
	const pieces = [
		[1, "Hel"],
		[1, 'lo "\n'],
	] as const;
	t.deepEqual(streamed(streamForm(factsOf(CHAT)), pieces, answer(choice('Hello "\n'))), [
		chunk({ role: "assistant", content: "" }),
		chunk({ content: "Hel" }),
		chunk({ content: 'lo "\n' }),
		chunk({}, { finish_reason: "stop" }),
		{ data: undefined },
	]);
});

test("with include_usage a chunk without choices has it, and all others have null", (t) => {
	const form = streamForm(factsOf(CHAT, { stream: true, stream_options: { include_usage: true } }));
	const events = streamed(form, [[1, "Hi"]], answer(choice("Hi", { finishReason: "length" })));
	const usage = {
		...{ prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
		prompt_tokens_details: { cached_tokens: 4 },
	};
	t.deepEqual(events.at(-2), { data: { ...COMMON, choices: [], usage } });
	t.deepEqual(
		events.slice(0, -2).map(({ data }) => data.usage),
		[null, null, null],
	);
	t.is(events.at(-3)?.data.choices[0].finish_reason, "length");
});

test("all chunks have the fingerprint, if there is one", (t) => {
	const form = streamForm({ ...factsOf(CHAT), systemFingerprint: "b1-q4" });
	const events = streamed(form, [[1, "Hi"]], answer(choice("Hi"))).slice(0, -1);
	t.true(events.every(({ data }) => data.system_fingerprint === "b1-q4"));
});

test("several choices come as they are made, each with its own beginning and end", (t) => {
	const pieces = [
		[1, "a"],
		[1, "b", null, { choice: 1 }],
		[1, "c"],
	] as const;
	const events = streamed(streamForm(factsOf(CHAT, { n: 2 })), pieces, answer(choice("ac"), choice("b")));
	const said = events.slice(0, -1).map(({ data }) => {
		const [{ index, delta, finish_reason }] = data.choices;
		return [index, delta.role ?? delta.content ?? finish_reason];
	});
	t.deepEqual(said, [
		...[
			[0, "assistant"],
			[0, "a"],
			[1, "assistant"],
			[1, "b"],
			[0, "c"],
		],
		...[
			[0, "stop"],
			[1, "stop"],
		],
	]);
});

test("thoughts are reasoning_content, before the text", (t) => {
	const pieces = [
		[1, "", null, { reasoning: "Hm" }],
		[1, "Yes"],
	] as const;
	const whole = answer(choice("Yes", { reasoning: "Hm" }));
	t.deepEqual(streamed(streamForm(factsOf(CHAT)), pieces, whole).slice(0, 3), [
		chunk({ role: "assistant", content: "" }),
		chunk({ reasoning_content: "Hm" }),
		chunk({ content: "Yes" }),
	]);
});

test("pieces tell how likely their tokens were", (t) => {
	const pieces = [[1, "a", [5], { logprobs: [chance("a")] }]] as const;
	const [, said] = streamed(
		streamForm(factsOf(CHAT)),
		pieces,
		answer(choice("a", { logprobs: [chance("a")] })),
	);
	const told = {
		token: "a",
		logprob: -0.5,
		bytes: [97],
		top_logprobs: [{ token: "a", logprob: -0.5, bytes: [] }],
	};
	t.deepEqual(said, chunk({ content: "a" }, { logprobs: { content: [told], refusal: null } }));
});

test("what no piece has had comes before the end: thoughts, text, chances, calls", (t) => {
	const call = { id: "c1", type: "function", function: { name: "f", arguments: "{}" } };
	const logprobs = [chance("a"), chance("b")];
	const whole = answer(
		choice("ab", { reasoning: "Hm", logprobs, toolCalls: [call], finishReason: "tool_calls" }),
	);
	const form = streamForm(factsOf(CHAT));
	const events = streamed(form, [[1, "a", null, { logprobs: [chance("a")] }]], whole).slice(2, -1);
	t.deepEqual(events[0], chunk({ reasoning_content: "Hm" }));
	t.is(events[1]?.data.choices[0].delta.content, "b");
	t.deepEqual(
		events[1]?.data.choices[0].logprobs.content.map(({ token }: { token: string }) => token),
		["b"],
	);
	t.deepEqual(events.slice(2), [
		chunk({ tool_calls: [{ index: 0, ...call }] }),
		chunk({}, { finish_reason: "tool_calls" }),
	]);
});

test("an answer without any piece is whole all the same", (t) => {
	const events = streamed(streamForm(factsOf(CHAT)), [], answer(choice("Hi")));
	t.deepEqual(events, [
		chunk({ role: "assistant", content: "" }),
		chunk({ content: "Hi" }),
		chunk({}, { finish_reason: "stop" }),
		{ data: undefined },
	]);
	t.is(streamed(streamForm(factsOf(CHAT)), [], answer(choice(""))).length, 3);
});

test("a piece without a text sends nothing", (t) => {
	t.is(streamForm(factsOf(CHAT)).piece([1, "", [7]]), "");
});

test("a failure is an event of its own, and no end that looks whole", (t) => {
	const form = streamForm(factsOf(CHAT));
	const text = form.piece([1, "Hel"]) + form.error({ code: "interrupted", message: "The engine died" });
	const events = eventsIn(text);
	t.deepEqual(events.at(-1), {
		data: { error: { message: "The engine died", type: "server_error", param: null, code: "interrupted" } },
	});
	t.false(text.includes('"finish_reason":"'));
	t.false(text.includes("[DONE]"));
});
