import test from "ava";
import { LLAMA_SERVER } from "../../support/bare-server.ts";
import { chat, forAll, post, type Serving, serve } from "../../support/serve.ts";

const ENGINES = LLAMA_SERVER === undefined ? ["node-llama-cpp"] : ["node-llama-cpp", "llama-server"];
const servings = new Map<string, Serving>();
const all = forAll();

test.before("a server for each engine", async () => {
	for (const engine of ENGINES) servings.set(engine, await serve(all.t, ["--engine", engine], { ranks: 1 }));
});

test.after.always("they end", () => all.end());

interface Choice {
	readonly index: number;
	readonly text: string;
	readonly message: { readonly content: string };
	readonly logprobs: {
		readonly content: readonly { readonly token: string; readonly top_logprobs: readonly object[] }[];
	} | null;
	readonly finish_reason: string;
}

/** What a field that is refused is told by. */
interface Refusal {
	readonly error: { readonly message: string; readonly param: string | null; readonly code: string };
}

const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
const sound = { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } };
const tool = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };

/** Fields of a chat that cannot be run, and what the error blames. */
const REFUSED: readonly (readonly [fields: object, param: string, message?: RegExp])[] = [
	[{ max_tokens: 0 }, "max_tokens", /is 0: it takes a whole number from 1 up/],
	[{ max_tokens: 1.5 }, "max_tokens"],
	[{ temperature: -1 }, "temperature"],
	[{ top_p: 2 }, "top_p"],
	[{ top_p: "1" }, "top_p"],
	[{ top_k: -2 }, "top_k"],
	[{ min_p: 2 }, "min_p"],
	[{ presence_penalty: 9 }, "presence_penalty"],
	[{ n: 0 }, "n"],
	[{ n: 1000 }, "n"],
	[{ seed: 1.5 }, "seed"],
	[{ stop: "" }, "stop"],
	[{ stop: ["a", 1] }, "stop"],
	[{ stream: "yes" }, "stream"],
	[{ stream: 1 }, "stream"],
	[{ stream: true, stream_options: { include_usage: 1 } }, "stream_options.include_usage"],
	[{ stream: true, stream_options: true }, "stream_options"],
	[{ priority: 1.5 }, "priority"],
	[{ priority: "high" }, "priority"],
	[{ logprobs: 1 }, "logprobs"],
	[{ top_logprobs: 2 }, "top_logprobs", /"logprobs": true/],
	[{ logprobs: true, top_logprobs: 21 }, "top_logprobs"],
	[{ logit_bias: { x: 1 } }, "logit_bias"],
	[{ logit_bias: { 301: 101 } }, "logit_bias"],
	[{ logit_bias: { 999999: 1 } }, "logit_bias", /has the token 999999: the model has those from 0 to \d+$/],
	[{ stop_token_ids: [999_999] }, "stop_token_ids", /has the token 999999/],
	[{ response_format: { type: "xml" } }, "response_format"],
	[{ response_format: { type: "json_schema" } }, "response_format"],
	[{ response_format: { type: "json_schema", json_schema: { name: "a", schema: 123 } } }, "response_format"],
	[{ grammar: "root ::= [" }, "grammar", /line 1/],
	[{ model: 5 }, "model"],
	[{ messages: [] }, "messages"],
	[{ messages: "Hello" }, "messages"],
	[{ messages: [{ role: "user" }] }, "messages[0]"],
	[{ messages: [{ role: "user", content: [{ type: "file", file: {} }] }] }, "messages[0].content"],
	[{ messages: [{ role: "user", content: [image] }] }, "messages[0].content", /image_url/],
	[{ messages: [{ role: "user", content: [sound] }] }, "messages[0].content", /input_audio/],
	[{ tools: "look" }, "tools"],
	[{ best_of: 3 }, "best_of"],
	[{ unknown_field: 1 }, "unknown_field", /not known/],
	[{ constructor: 1 }, "constructor", /not known/],
	[{ toString: 1 }, "toString", /not known/],
];

/** Fields of a chat that change nothing here: clients send them. */
const HARMLESS: readonly object[] = [
	{ stream_options: { include_usage: true } },
	{ user: "me", metadata: { a: "b" }, store: true, service_tier: "auto", safety_identifier: "x" },
	{ cache_prompt: true, id_slot: 7, prompt_cache_key: "x", verbosity: "low" },
	{ tools: [], tool_choice: "none" },
	{ response_format: { type: "text" } },
	{ reasoning_effort: "low", chat_template_kwargs: { enable_thinking: false } },
	{ model: "" },
	{ stop: [] },
	{ seed: -5 },
	{ seed: 2 ** 60 },
	{ priority: -3 },
	{
		...{ top_p: null, n: null, stop: null, seed: null, stream: null, logprobs: null, tools: null },
		...{ response_format: null, logit_bias: null, stream_options: null, priority: null, user: null },
		...{ max_completion_tokens: null, model: null, top_k: null, grammar: null, tool_choice: null },
	},
];

for (const engine of ENGINES) {
	const ask = async (fields: object, path = "/v1/chat/completions") => {
		const { url } = servings.get(engine) as Serving;
		const body = path.endsWith("chat/completions") ? chat("Hello", fields) : { max_tokens: 8, ...fields };
		return await post(url, path, body);
	};
	const choices = async (fields: object, path?: string) => {
		const { body } = await ask(fields, path);
		return (body as { choices: readonly Choice[] }).choices;
	};
	const text = async (fields: object) => (await choices(fields))[0]?.message.content ?? "";

	test(`${engine}: what cannot be run is 400, and names the field`, async (t) => {
		for (const [fields, param, message = /./] of REFUSED) {
			const { status, body } = await ask(fields);
			const { error } = body as Refusal;
			t.deepEqual([status, error.param], [400, param], JSON.stringify(fields));
			t.regex(error.message, message);
		}
		const url = servings.get(engine)?.url;
		const proto = '{"__proto__": {"a": 1}, "messages": [{"role": "user", "content": "x"}]}';
		const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", body: proto });
		t.is(response.status, 400);
		t.is(((await response.json()) as Refusal).error.param, "__proto__");
	});

	test(`${engine}: mistakes of clients say nothing about the engine, which serves on`, async (t) => {
		const bad = { messages: [{ role: "user", content: [image] }] };
		for (let i = 0; i < 4; i++) t.is((await ask(bad)).status, 400);
		const response = await fetch(`${servings.get(engine)?.url}/slots`);
		const slots = (await response.json()) as { rank_state: string }[];
		t.true(slots.every(({ rank_state: state }) => state === "up"));
	});

	test(`${engine}: what changes nothing is taken, and so is null for every field`, async (t) => {
		const plain = await text({});
		for (const fields of HARMLESS) t.is(await text(fields), plain, JSON.stringify(fields));
	});

	test(`${engine}: tools are refused with the reason`, async (t) => {
		const { status, body } = await ask({ tools: [tool] });
		const { error } = body as Refusal;
		t.deepEqual([status, error.param, error.code], [400, "tools", "unsupported_parameter"]);
		t.regex(error.message, engine === "llama-server" ? /chat template/ : /llama-server and endpoints can/);
	});

	test(`${engine}: n, echo, stop, seed, logit_bias and max_completion_tokens do what they say`, async (t) => {
		const three = await choices({ n: 3, temperature: 1, seed: 3, max_tokens: 16 });
		t.deepEqual(
			three.map(({ index }) => index),
			[0, 1, 2],
		);
		t.is(new Set(three.map(({ message }) => message.content)).size, 3, "each has a seed of its own");
		const again = await choices({ n: 3, temperature: 1, seed: 3, max_tokens: 16 });
		t.deepEqual(again, three);
		const [echoed] = await choices({ prompt: "Once", echo: true, temperature: 0 }, "/v1/completions");
		t.true(echoed?.text.startsWith("Once") && echoed.text.length > 4);
		const long = await text({ max_tokens: 12, seed: 1 });
		const stop = long[5] ?? "";
		const stopped = await choices({ max_tokens: 12, seed: 1, stop: [stop] });
		t.is(stopped[0]?.message.content, long.slice(0, long.indexOf(stop)));
		t.is(stopped[0]?.finish_reason, "stop");
		t.is((await text({ max_completion_tokens: 2, max_tokens: 9 })).length, 2);
		const url = servings.get(engine)?.url ?? "";
		const first = (await post(url, "/tokenize", { content: long.slice(0, 1) })).body as { tokens: number[] };
		const banned = await text({ logit_bias: { [first.tokens[0] ?? 0]: -100 }, max_tokens: 12 });
		t.not(banned[0], long[0]);
	});

	test(`${engine}: log-probabilities belong to the tokens of the text`, async (t) => {
		const [chatted] = await choices({ logprobs: true, top_logprobs: 2 });
		const content = chatted?.logprobs?.content ?? [];
		t.is(content.map(({ token }) => token).join(""), chatted?.message.content ?? "");
		t.true(content.every(({ top_logprobs: top }) => top.length === 2));
		const [completed] = await choices({ prompt: "Once", logprobs: 2, temperature: 0 }, "/v1/completions");
		const legacy = completed?.logprobs as unknown as { tokens: string[]; text_offset: number[] };
		t.is(legacy.tokens.join(""), completed?.text ?? "");
		t.is(legacy.text_offset.length, legacy.tokens.length);
	});

	test(`${engine}: a JSON schema and a grammar are obeyed`, async (t) => {
		const schema = {
			type: "object",
			properties: { a: { enum: ["x"] } },
			required: ["a"],
			additionalProperties: false,
		};
		const json_schema = { name: "a", schema, strict: true };
		const asked = { response_format: { type: "json_schema", json_schema }, max_tokens: 100 };
		t.deepEqual(JSON.parse(await text(asked)), { a: "x" });
		t.regex(await text({ response_format: { type: "json_object" }, max_tokens: 40 }), /^\s*\{/);
		t.is(await text({ grammar: 'root ::= "yes"' }), "yes");
	});
}
