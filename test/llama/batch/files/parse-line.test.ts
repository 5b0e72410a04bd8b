import test from "ava";
import { parseLine } from "../../../../src/llama/batch/files/parse-line.ts";

const DEFAULTS = { maxTokens: 64, temperature: 0.5, seed: 10 };
const PLACE = { id: 3, number: 7, path: "b.jsonl" };
const line = (body: unknown, changes: object = {}) =>
	JSON.stringify({ custom_id: "a", method: "POST", url: "/v1/chat/completions", body, ...changes });
const parse = (text: string) => parseLine(text, "batch", PLACE, DEFAULTS);
const CHAT = { messages: [{ role: "user", content: "Hi" }] };

test("parseLine() reads a chat request, with the job's options where the body has none", (t) => {
	t.like(parse(line(CHAT, { priority: 4 })), {
		id: 3,
		customId: "a",
		requestKind: "/v1/chat/completions",
		priority: 4,
		task: { kind: "generate", prompt: CHAT.messages, maxTokens: 64, temperature: 0.5, seed: 13 },
	});
	const sampling = { max_tokens: 5, temperature: 0, seed: -1, stop: "x", model: "m", user: "u" };
	t.like(parse(line({ ...CHAT, ...sampling })), {
		model: "m",
		task: { maxTokens: 5, temperature: 0, seed: 2 ** 32 - 1, stop: ["x"] },
	});
	t.like(parse(line({ ...CHAT, max_tokens: 5, max_completion_tokens: 6 })), { task: { maxTokens: 6 } });
});

test("parseLine() reads completions and embeddings", (t) => {
	const completion = parse(line({ prompt: ["Once"] }, { url: "/v1/completions" }));
	t.like(completion, { requestKind: "/v1/completions", task: { prompt: "Once" } });
	const embedding = parse(line({ input: "x", encoding_format: "base64" }, { url: "/v1/embeddings" }));
	t.like(embedding, { task: { kind: "embed", texts: ["x"], base64: true } });
});

test("parseLine() takes what asks for nothing, since clients write it", (t) => {
	const idle = { stream: false, n: 1, top_p: 1, presence_penalty: 0, logprobs: null, tools: [] };
	t.true("task" in parse(line({ ...CHAT, ...idle, response_format: { type: "text" } })));
});

const BAD: readonly (readonly [string, string, string])[] = [
	["{", "invalid_json", "it is not valid JSON"],
	["[1]", "invalid_request", "[1] is not a JSON object"],
	[line(CHAT, { custom_id: 3 }), "invalid_custom_id", '"custom_id" is 3: it takes a text'],
	[line(CHAT, { custom_id: undefined }), "invalid_custom_id", '"custom_id" is undefined: it takes a text'],
	[line(CHAT, { method: "GET" }), "invalid_method", '"method" is "GET": only "POST"'],
	[
		line(CHAT, { url: "/v1/responses" }),
		"invalid_url",
		'"url" is "/v1/responses": only /v1/chat/completions, /v1/completions, /v1/embeddings',
	],
	[line("text"), "invalid_request", '"body" is "text": it takes an object'],
	[line({}), "invalid_request", 'the body has no "messages"'],
	[line({ messages: [] }), "invalid_request", '"messages" is not a list with at least one message'],
	[line({}, { url: "/v1/completions" }), "invalid_request", 'the body has no "prompt" of one text'],
	[line({ ...CHAT, stream: true }), "stream_not_supported", 'a line of a batch cannot have "stream": true'],
	[line({ ...CHAT, n: 2 }), "unsupported_parameter", '"n" is 2: only 1'],
	[line({ ...CHAT, top_p: 0.9 }), "unsupported_parameter", '"top_p" is 0.9: only 1'],
	[
		line({ ...CHAT, response_format: { type: "json_object" } }),
		"unsupported_parameter",
		'"response_format" is {"type":"json_object"}: leave it out',
	],
	[
		line({ ...CHAT, max_tokens: 0 }),
		"invalid_request",
		'"max_tokens" is 0: it takes a whole number from 1 up',
	],
	[
		line({ ...CHAT, temperature: "hot" }),
		"invalid_request",
		'"temperature" is "hot": it takes a number from 0 to 100',
	],
	[line({ ...CHAT, seed: 1.5 }), "invalid_request", '"seed" is 1.5: it takes a whole number'],
	[line({ ...CHAT, stop: [""] }), "invalid_request", '"stop" is [""]: it takes a text or a list of texts'],
	[
		line(CHAT, { priority: "high" }),
		"invalid_request",
		'"priority" is "high": it takes a whole number from -1000 to 1000',
	],
	[
		line({ input: [] }, { url: "/v1/embeddings" }),
		"invalid_request",
		'"input" must be a text or a list of texts, none of them empty',
	],
];
for (const [text, code, message] of BAD) {
	test(`parseLine() makes an error of ${text}`, (t) => {
		const bad = parse(text);
		t.like(bad, { id: 3, batch: true, code });
		t.true(
			"message" in bad && bad.message.startsWith(`Cannot run line 7 of b.jsonl: ${message}`),
			JSON.stringify(bad),
		);
	});
}

test("parseLine() gives a bad line its custom_id if it has one", (t) => {
	t.like(parse(line({ ...CHAT, n: 2 })), { customId: "a" });
	t.like(parse("{"), { customId: null });
});

test("a fingerprint is of custom_id, url and body, in whatever order their keys are", (t) => {
	const of = (text: string) => parse(text).fingerprint;
	const first = of(line({ ...CHAT, max_tokens: 5 }));
	t.regex(first, /^[0-9a-f]{32}$/);
	t.is(
		of(JSON.stringify({ body: { max_tokens: 5, ...CHAT }, url: "/v1/chat/completions", custom_id: "a" })),
		first,
	);
	t.not(of(line({ ...CHAT, max_tokens: 6 })), first);
	t.not(of(line({ ...CHAT, max_tokens: 5 }, { custom_id: "b" })), first);
});
