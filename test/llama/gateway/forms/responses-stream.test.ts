import test from "ava";
import { answerBody } from "../../../../src/llama/gateway/forms/answer-body.ts";
import { streamForm } from "../../../../src/llama/gateway/forms/stream/stream-form.ts";
import { answer, chance, choice, type Event, eventsIn, factsOf, streamed } from "./support.ts";

const FACTS = factsOf("/v1/responses");
const TEXT = { item_id: "msg_x", output_index: 0, content_index: 0 };

test("the events of a text, in OpenAI's order, each with its name and its number", (t) => {
	const whole = answer(choice("Hello"));
	const events = streamed(
		streamForm(FACTS),
		[
			[1, "Hel"],
			[1, "lo"],
		],
		whole,
	);
	const part = { type: "output_text", text: "", annotations: [] };
	const item = { id: "msg_x", type: "message", role: "assistant" };
	const done = { ...part, text: "Hello" };
	const body = answerBody(whole, FACTS);
	const begun = {
		...{ id: "resp_x", object: "response", created_at: 5, status: "in_progress", error: null },
		...{ incomplete_details: null, model: "m", output: [], usage: null },
	};
	t.deepEqual(
		events.map(({ data: { type, sequence_number, ...fields } }) => [type, fields]),
		[
			["response.created", { response: begun }],
			["response.in_progress", { response: begun }],
			[
				"response.output_item.added",
				{ output_index: 0, item: { ...item, status: "in_progress", content: [] } },
			],
			["response.content_part.added", { ...TEXT, part }],
			["response.output_text.delta", { ...TEXT, delta: "Hel", logprobs: [] }],
			["response.output_text.delta", { ...TEXT, delta: "lo", logprobs: [] }],
			["response.output_text.done", { ...TEXT, text: "Hello", logprobs: [] }],
			["response.content_part.done", { ...TEXT, part: done }],
			[
				"response.output_item.done",
				{ output_index: 0, item: { ...item, status: "completed", content: [done] } },
			],
			["response.completed", { response: body }],
		],
	);
	t.deepEqual(
		events.map(({ data }) => data.sequence_number),
		events.map((_, index) => index),
	);
	t.true(events.every(({ name, data }) => name === data.type));
});

test("thoughts are an item of their own, closed before the text begins", (t) => {
	const pieces = [
		[1, "", null, { reasoning: "H" }],
		[1, "", null, { reasoning: "m" }],
		[1, "Yes"],
	] as const;
	const whole = answer(choice("Yes", { reasoning: "Hm" }));
	const events = streamed(streamForm(FACTS), pieces, whole);
	t.deepEqual(typesOf(events), [
		...["created", "in_progress", "output_item.added", "content_part.added"],
		...["reasoning_text.delta", "reasoning_text.delta", "reasoning_text.done", "content_part.done"],
		...["output_item.done", "output_item.added", "content_part.added", "output_text.delta"],
		...["output_text.done", "content_part.done", "output_item.done", "completed"],
	]);
	outputIsWhatWasDone(t, events);
	t.deepEqual(events.at(-1)?.data.response, answerBody(whole, FACTS));
});

test("calls are items with their arguments; without a text there is no message", (t) => {
	const call = { id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } };
	const whole = answer(choice("", { toolCalls: [call, call], finishReason: "tool_calls" }));
	const events = streamed(streamForm(FACTS), [], whole);
	const one = ["output_item.added", "function_call_arguments.delta", "function_call_arguments.done"];
	t.deepEqual(typesOf(events), [
		...["created", "in_progress", ...one, "output_item.done", ...one, "output_item.done", "completed"],
	]);
	t.like(events[4]?.data, { item_id: "fc_x_0", name: "f", arguments: '{"a":1}', output_index: 0 });
	outputIsWhatWasDone(t, events);
});

test("what no piece has had comes before the end, also thoughts that come after the text", (t) => {
	const whole = answer(choice("Yes", { reasoning: "Hm", logprobs: [chance("Y"), chance("es")] }));
	const events = streamed(streamForm(FACTS), [[1, "Y", null, { logprobs: [chance("Y")] }]], whole);
	const deltas = events.filter(({ data }) => data.type.endsWith(".delta")).map(({ data }) => data);
	t.deepEqual(
		deltas.map(({ delta }) => delta),
		["Y", "Hm", "es"],
	);
	t.is(deltas[2].logprobs[0].token, "es");
	outputIsWhatWasDone(t, events);
	outputIsWhatWasDone(t, streamed(streamForm(FACTS), [], whole));
	outputIsWhatWasDone(t, streamed(streamForm(FACTS), [], answer(choice(""))));
});

test("an answer that its limit cut ends as incomplete", (t) => {
	const events = streamed(streamForm(FACTS), [[1, "a"]], answer(choice("a", { finishReason: "length" })));
	t.is(events.at(-1)?.name, "response.incomplete");
	t.deepEqual(events.at(-1)?.data.response.incomplete_details, { reason: "max_output_tokens" });
});

test("a failure is an event named error, which OpenAI's client throws", (t) => {
	const form = streamForm(FACTS);
	const events = eventsIn(form.piece([1, "a"]) + form.error({ code: "interrupted", message: "It died" }));
	t.like(events.at(-1), {
		name: "error",
		data: {
			type: "error",
			code: "interrupted",
			message: "It died",
			sequence_number: 5,
			error: { message: "It died" },
		},
	});
});

function typesOf(events: readonly Event[]): string[] {
	return events.map(({ data }) => data.type.replace("response.", ""));
}

/** Each item of the final output is what its last event said, and stands where its number says. */
function outputIsWhatWasDone(t: { deepEqual(a: unknown, b: unknown): void }, events: readonly Event[]): void {
	const done: unknown[] = [];
	for (const { data } of events) {
		if (data.type === "response.output_item.done") done[data.output_index] = data.item;
	}
	t.deepEqual(events.at(-1)?.data.response.output, done);
}
