import test from "ava";
import { LLAMA_SERVER } from "../../support/bare-server.ts";
import { chat, forAll, type Serving, serve } from "../../support/serve.ts";

const ENGINES = LLAMA_SERVER === undefined ? ["node-llama-cpp"] : ["node-llama-cpp", "llama-server"];
const servings = new Map<string, Serving>();
const all = forAll();

test.before("a server for each engine", async () => {
	for (const engine of ENGINES) servings.set(engine, await serve(all.t, ["--engine", engine], { ranks: 1 }));
});

test.after.always("they end", () => all.end());

interface Chunk {
	readonly id: string;
	readonly object: string;
	readonly created: number;
	readonly model: string;
	readonly usage?: { readonly completion_tokens: number; readonly total_tokens: number } | null;
	readonly choices: readonly {
		readonly index: number;
		readonly text?: string;
		readonly delta?: { readonly role?: string; readonly content?: string };
		readonly logprobs: { readonly content: readonly { readonly token: string }[] } | null;
		readonly finish_reason: string | null;
	}[];
}

for (const engine of ENGINES) {
	/** Each event's data, as it came. */
	const events = async (body: object, path = "/v1/chat/completions") => {
		const response = await fetch(`${servings.get(engine)?.url}${path}`, {
			method: "POST",
			body: JSON.stringify({ ...body, stream: true }),
		});
		const parts = (await response.text()).split("\n\n").filter((part) => part !== "");
		return { response, data: parts.map((part) => part.replace(/^data: /, "")) };
	};
	const chunks = async (body: object, path?: string) => {
		const { data } = await events(body, path);
		return data.slice(0, -1).map((text) => JSON.parse(text) as Chunk);
	};

	test(`${engine}: a chat's chunks come in order: role, text, end, [DONE]`, async (t) => {
		const { response, data } = await events(chat("Hello", { max_tokens: 4 }));
		t.is(response.status, 200);
		t.is(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
		t.is(response.headers.get("cache-control"), "no-cache");
		t.is(response.headers.get("x-accel-buffering"), "no");
		t.is(data.at(-1), "[DONE]");
		const all = data.slice(0, -1).map((text) => JSON.parse(text) as Chunk);
		t.is(new Set(all.map(({ id, created, model }) => `${id} ${created} ${model}`)).size, 1);
		t.true(all.every(({ object }) => object === "chat.completion.chunk"));
		t.true(all.every((chunk) => !("usage" in chunk)));
		t.deepEqual(all[0]?.choices[0]?.delta, { role: "assistant", content: "" });
		const texts = all.slice(1, -1).map(({ choices: [choice] }) => choice?.delta?.content ?? "");
		t.is(texts.join("").length, 4);
		t.true(texts.every((text) => text !== ""));
		t.deepEqual(all.at(-1)?.choices[0]?.delta, {});
		t.deepEqual(
			all.map(({ choices: [choice] }) => choice?.finish_reason ?? null),
			[...all.slice(1).map(() => null), "length"],
		);
	});

	test(`${engine}: usage comes last, where it is asked for`, async (t) => {
		const stream_options = { include_usage: true };
		const all = await chunks(chat("Hello", { max_tokens: 3, stream_options }));
		t.deepEqual(all.at(-1)?.choices, []);
		t.like(all.at(-1)?.usage, { prompt_tokens: 25, completion_tokens: 3, total_tokens: 28 });
		t.true(all.slice(0, -1).every(({ usage }) => usage === null));
	});

	test(`${engine}: each choice of a stream has its own beginning, text and end`, async (t) => {
		const all = await chunks(chat("Hello", { n: 3, temperature: 1, seed: 5, max_tokens: 6 }));
		for (const index of [0, 1, 2]) {
			const own = all.filter(({ choices: [choice] }) => choice?.index === index);
			t.is(own[0]?.choices[0]?.delta?.role, "assistant");
			t.is(own.filter(({ choices: [choice] }) => choice?.finish_reason).length, 1);
			t.truthy(own.at(-1)?.choices[0]?.finish_reason);
		}
	});

	test(`${engine}: log-probabilities come with the text that they belong to`, async (t) => {
		const all = await chunks(chat("Hello", { max_tokens: 5, logprobs: true, top_logprobs: 1 }));
		const text = all.map(({ choices: [choice] }) => choice?.delta?.content ?? "").join("");
		const tokens = all.flatMap(({ choices: [choice] }) => choice?.logprobs?.content ?? []);
		t.is(tokens.map(({ token }) => token).join(""), text);
		t.is(tokens.length, 5);
	});

	test(`${engine}: a completion in pieces: text from the first chunk, with its prompt if asked`, async (t) => {
		const body = { prompt: "Once", max_tokens: 3, temperature: 0, echo: true };
		const all = await chunks(body, "/v1/completions");
		t.true(all.every(({ object }) => object === "text_completion"));
		const text = all.map(({ choices: [choice] }) => choice?.text ?? "").join("");
		t.is(text.length, 7);
		t.true(text.startsWith("Once"));
		t.is(all.at(-1)?.choices[0]?.finish_reason, "length");
	});

	test(`${engine}: llama.cpp's own stream has no [DONE], and its last event says stop`, async (t) => {
		const { data } = await events({ prompt: "Once", n_predict: 3, temperature: 0 }, "/completion");
		const all = data.map(
			(text) => JSON.parse(text) as { content: string; stop: boolean; stop_type?: string },
		);
		t.deepEqual(
			all.map(({ stop }) => stop),
			[...all.slice(1).map(() => false), true],
		);
		t.is(all.map(({ content }) => content).join("").length, 3);
		t.is(all.at(-1)?.stop_type, "limit");
	});

	test(`${engine}: what fails before the first chunk has a status of its own`, async (t) => {
		for (const [body, status, code] of [
			[chat("x".repeat(9000)), 400, "context_length_exceeded"],
			[chat("x", { top_p: 7 }), 400, "invalid_request"],
			[{ messages: [] }, 400, "invalid_request"],
		] as const) {
			const { response, data } = await events(body);
			t.is(response.status, status);
			t.like((JSON.parse(data.join("")) as { error: object }).error, { code });
		}
	});

	test(`${engine}: a stream whose time is over ends with an error, not as if it were whole`, async (t) => {
		const response = await fetch(`${servings.get(engine)?.url}/v1/chat/completions`, {
			method: "POST",
			headers: { "x-request-timeout-ms": "300" },
			body: JSON.stringify(
				chat("Hello", { n: 32, max_tokens: 1900, ignore_eos: true, stream: true, temperature: 1 }),
			),
		});
		const text = await response.text();
		t.regex(text, /"error":\{[^\n]*"code":"deadline_exceeded"/);
		t.notRegex(text, /"finish_reason":"/);
	});
}
