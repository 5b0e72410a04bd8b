import test from "ava";
import type { BatchRequest } from "../../../../src/llama/batch/files/request.ts";
import { answerLine, failureLine } from "../../../../src/llama/batch/output/answer-line.ts";
import { plainKey, readAnswerLine } from "../../../../src/llama/batch/output/read-answer-line.ts";
import { parseItem } from "../../../../src/llama/batch/parse/parse-item.ts";
import { itemOptions } from "../../support/input.ts";

const PLACE = { id: 3, number: 4, path: "in.jsonl", unit: "line" };
const usage = { promptTokens: 5, cachedTokens: 2, completionTokens: 3 };
const timings = { queueMs: 1, ttftMs: 2, totalMs: 3 };
const completion = { text: "yes", finishReason: "stop", usage, timings } as const;
const answer = { kind: "generated", choices: [completion], usage, timings } as const;
const batch = (custom_id: unknown, body: object = { prompt: "Hi" }) =>
	parseItem(JSON.stringify({ custom_id, url: "/v1/completions", body }), PLACE, itemOptions());
const plain = parseItem("Hi", PLACE, itemOptions({ texts: "prompts" })) as BatchRequest;

test("an error line has the response that OpenAI's has", (t) => {
	const request = batch("a");
	const failure = { code: "prompt_too_long", message: "10 tokens", param: "prompt" } as const;
	const text = failureLine(request, 1, failure);
	t.deepEqual(JSON.parse(text), {
		id: `batch_req_${request.fingerprint}`,
		custom_id: "a",
		response: {
			status_code: 400,
			request_id: `req_${request.fingerprint.slice(0, 24)}`,
			body: {
				error: {
					message: "10 tokens",
					type: "invalid_request_error",
					param: "prompt",
					code: "prompt_too_long",
				},
			},
		},
		error: null,
	});
	t.deepEqual(readAnswerLine(text), { key: "a", fingerprint: request.fingerprint, failed: true });
});

for (const [code, status] of [
	["model_not_found", 404],
	["timeout", 504],
	["endpoint", 502],
	["engine_died", 502],
	["no_engine", 503],
	["generate", 500],
	["unknown_parameter", 400],
] as const) {
	test(`a request that failed by ${code} has status ${status}`, (t) => {
		const { response } = JSON.parse(failureLine(batch("a"), 0, { code, message: "so" }));
		t.is(response.status_code, status);
		t.deepEqual([response.body.error.code, response.body.error.param], [code, null]);
	});
}

for (const id of [42, 0, -1.5, true, ""]) {
	test(`a custom_id that cannot be used is repeated: ${JSON.stringify(id)}`, (t) => {
		const request = batch(id);
		if ("task" in request) return t.fail();
		const text = failureLine(request, null, request);
		const { custom_id: shown, response } = JSON.parse(text);
		t.is(shown, id);
		t.regex(response.body.error.message, /^Cannot run line 4 of in\.jsonl: "custom_id" is /);
		// It stands for no request: another line may have the same.
		t.is(readAnswerLine(text)?.key, `\0${request.fingerprint}`);
		return t.pass();
	});
}

for (const id of [null, undefined, {}, ["a"]]) {
	test(`a custom_id that is none is null: ${JSON.stringify(id)}`, (t) => {
		const request = batch(id);
		if ("task" in request) return t.fail();
		t.is(JSON.parse(failureLine(request, null, request)).custom_id, null);
		return t.pass();
	});
}

test("lines of older versions are read", (t) => {
	const fingerprint = "0123456789abcdef".repeat(2);
	const id = `batch_req_${fingerprint}`;
	const error = { code: "prompt", message: "no" };
	const read = (line: object) => readAnswerLine(JSON.stringify(line));
	t.deepEqual(read({ id, custom_id: "a", response: null, error }), { key: "a", fingerprint, failed: true });
	t.deepEqual(read({ id, custom_id: null, response: null, error }), {
		key: `\0${fingerprint}`,
		fingerprint,
		failed: true,
	});
	t.deepEqual(read({ id, custom_id: "a", response: { status_code: 200, body: {} }, error: null }), {
		...{ key: "a", fingerprint, failed: false },
	});
	t.deepEqual(read({ index: 3, rank: 0, text: "x", error: null, key: fingerprint }), {
		...{ key: plainKey(3), fingerprint, failed: false },
	});
	for (const other of [{}, { id: "batch_req_1" }, { id: "x", custom_id: "a" }, { index: 3, key: "x" }]) {
		t.is(read(other), undefined);
	}
	for (const other of ["null", "1", "[]", "{", ""]) t.is(readAnswerLine(other), undefined);
});

test("the answer says which model ran, not which one was asked for", (t) => {
	const request = batch("a", { prompt: "Hi", model: "gpt-4" }) as BatchRequest;
	t.is(JSON.parse(answerLine(request, 0, answer, "m.gguf")).response.body.model, "m.gguf");
	const served = { ...answer, choices: [{ ...completion, model: "served" }] };
	t.is(JSON.parse(answerLine(request, 0, served, "m.gguf")).response.body.model, "served");
});

test("a plain line repeats what is kept of its input, and keeps its own fields", (t) => {
	const kept = { id: "batch_req_7", custom_id: 7, text: "the input's", tag: null };
	const text = answerLine({ ...plain, kept }, 0, answer, "m");
	t.like(JSON.parse(text), {
		id: "batch_req_7",
		custom_id: 7,
		input_text: "the input's",
		tag: null,
		text: "yes",
		index: 3,
	});
	t.deepEqual(readAnswerLine(text), { key: plainKey(3), fingerprint: plain.fingerprint, failed: false });
	const failed = failureLine({ ...plain, kept }, null, { code: "prompt", message: "no" });
	t.like(JSON.parse(failed), { custom_id: 7, error: "no", text: null });
	t.deepEqual(readAnswerLine(failed), { key: plainKey(3), fingerprint: plain.fingerprint, failed: true });
});

test("a plain line has thoughts and several texts where there are some", (t) => {
	t.deepEqual(
		Object.keys(JSON.parse(answerLine(plain, 0, answer, "m"))).filter((name) => /reason|choices/.test(name)),
		["finish_reason"],
	);
	const choices = [
		{ ...completion, reasoning: "hm" },
		{ ...completion, text: "no", finishReason: "length" as const },
	];
	const several = { ...answer, choices, usage: { ...usage, completionTokens: 6 } };
	t.like(JSON.parse(answerLine(plain, 0, several, "m")), {
		text: "yes",
		reasoning: "hm",
		choices: [
			{ text: "yes", reasoning: "hm", finish_reason: "stop" },
			{ text: "no", finish_reason: "length" },
		],
		completion_tokens: 6,
	});
});
