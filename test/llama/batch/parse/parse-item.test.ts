import test from "ava";
import { parseItem } from "../../../../src/llama/batch/parse/parse-item.ts";
import { itemOptions } from "../../support/input.ts";

const DEFAULTS = { maxTokens: 64, temperature: 0.5, seed: 10 };
const PLACE = { id: 3, number: 7, path: "b.jsonl", unit: "line" };
const JSON_LINES = itemOptions(DEFAULTS);
const line = (body: unknown, changes: object = {}) =>
	JSON.stringify({ custom_id: "a", method: "POST", url: "/v1/chat/completions", body, ...changes });
const parse = (text: string) => parseItem(text, PLACE, JSON_LINES);
const CHAT = { messages: [{ role: "user", content: "Hi" }] };

test("parseItem() reads a chat request, with the job's options where the body has none", (t) => {
	t.like(parse(line(CHAT, { priority: 4 })), {
		id: 3,
		customId: "a",
		requestKind: "/v1/chat/completions",
		priority: 4,
		task: { kind: "generate", prompts: [CHAT.messages], maxTokens: 64, temperature: 0.5, seed: 13 },
	});
	const sampling = { max_tokens: 5, temperature: 0, seed: 7, stop: "x", model: "m", user: "u" };
	t.like(parse(line({ ...CHAT, ...sampling })), {
		model: "m",
		task: { maxTokens: 5, temperature: 0, seed: 7, stop: ["x"] },
	});
});

test("parseItem() takes a url as what it ends in", (t) => {
	const urls = {
		"/v1/chat/completions": ["/chat/completions", "/v4/chat/completions", "https://x.y/v1/chat/completions/"],
		"/v1/completions": ["/completions", "/openai/deployments/d/completions?api-version=2024-10-21"],
	};
	for (const [kind, others] of Object.entries(urls)) {
		for (const url of [kind, ...others])
			t.like(
				parse(
					line(
						{
							...CHAT,
							prompt: undefined,
							...(kind === "/v1/completions" ? { messages: undefined, prompt: "x" } : {}),
						},
						{ url },
					),
				),
				{ requestKind: kind },
				url,
			);
	}
	t.like(parse(line({ input: "x" }, { url: "/embeddings" })), { requestKind: "/v1/embeddings" });
});

const BAD: readonly (readonly [string, string, string])[] = [
	["{", "invalid_json", "it is not valid JSON"],
	[
		"[1]",
		"invalid_request",
		"[1] is not a JSON object; a file that is one array is read with --in-format json",
	],
	["5", "invalid_request", "5 is not a JSON object"],
	[line(CHAT, { custom_id: 3 }), "invalid_custom_id", '"custom_id" is 3: it takes a text'],
	[line(CHAT, { custom_id: undefined }), "invalid_custom_id", '"custom_id" is undefined: it takes a text'],
	[line(CHAT, { method: "GET" }), "invalid_method", '"method" is "GET": only "POST"'],
	[
		line(CHAT, { url: "/v1/images" }),
		"invalid_url",
		'"url" is "/v1/images": only what ends in /chat/completions, /completions, /embeddings, /responses',
	],
	[line("text"), "invalid_request", '"body" is "text": it takes an object'],
	[line({}), "invalid_request", 'the body has no "messages"'],
	[
		line(CHAT, { priority: "high" }),
		"invalid_request",
		'"priority" is "high": it takes a whole number from -1000 to 1000',
	],
];
for (const [text, code, message] of BAD) {
	test(`parseItem() makes an error of ${text}`, (t) => {
		const bad = parse(text);
		t.like(bad, { id: 3, batch: true, code });
		t.true(
			"message" in bad && bad.message.startsWith(`Cannot run line 7 of b.jsonl: ${message}`),
			JSON.stringify(bad),
		);
	});
}

test("parseItem() gives a bad line its custom_id if it has one", (t) => {
	t.like(parse(line(CHAT, { method: "PUT" })), { customId: "a", param: "method" });
	t.like(parse("{"), { customId: null });
	t.like(parse(line(CHAT, { custom_id: 3 })), { customId: null, shownId: 3 });
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
