import { request } from "node:http";
import test from "ava";
import { chat, forAll, post, type Serving, serve } from "../../support/serve.ts";

let serving: Serving;
const all = forAll();

test.before("one server for all", async () => {
	serving = await serve(all.t, ["--engine", "node-llama-cpp"], { ranks: 1 });
});

test.after.always("it ends", () => all.end());

/** Asks with a path that `fetch` would tidy up. */
function raw(method: string, path: string): Promise<{ status: number; headers: object; body: string }> {
	return new Promise((resolve, reject) => {
		const { hostname, port } = new URL(serving.url);
		const asked = request({ method, path, hostname, port, agent: false }, (response) => {
			let body = "";
			response.setEncoding("utf8").on("data", (text) => {
				body += text;
			});
			response.on("end", () =>
				resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
			);
		});
		asked.on("error", reject).end();
	});
}

const GETS = ["/health", "/v1/health", "/v1/models", "/models", "/v1/models/demo-tiny-1", "/slots", "/props"];
const PAGES = ["/metrics", "/"];
const PROMPT = { prompt: "Once", max_tokens: 2, temperature: 0 };
const POSTS: readonly (readonly [path: string, body: object, object: string | undefined])[] = [
	["/v1/chat/completions", chat("Hello"), "chat.completion"],
	["/chat/completions", chat("Hello"), "chat.completion"],
	["/v1/completions", PROMPT, "text_completion"],
	["/completions", PROMPT, undefined],
	["/completion", PROMPT, undefined],
	["/v1/embeddings", { input: "Hi" }, "list"],
	["/embedding", { content: "Hi" }, undefined],
	["/embeddings", { input: "Hi" }, undefined],
	["/v1/responses", { input: "Hi", max_output_tokens: 2 }, "response"],
	["/responses", { input: "Hi", max_output_tokens: 2 }, "response"],
	["/tokenize", { content: "Hi" }, undefined],
	["/detokenize", { tokens: [301] }, undefined],
	["/apply-template", { messages: chat("Hi").messages }, undefined],
	["/v1/chat/completions/input_tokens", { messages: chat("Hi").messages }, "response.input_tokens"],
];

test("every path that is read answers GET and HEAD alike, and has an id", async (t) => {
	for (const path of [...GETS, ...PAGES]) {
		const get = await fetch(`${serving.url}${path}`);
		t.is(get.status, 200, path);
		t.truthy(get.headers.get("x-request-id"), path);
		t.true((await get.text()).length > 0, path);
		const head = await fetch(`${serving.url}${path}`, { method: "HEAD" });
		t.is(head.status, 200, path);
		t.is(head.headers.get("content-type"), get.headers.get("content-type"), path);
		t.is(await head.text(), "", path);
	}
});

test("every path that runs something answers POST, in its own form", async (t) => {
	for (const [path, body, object] of POSTS) {
		const answer = await post(serving.url, path, body);
		t.is(answer.status, 200, path);
		t.is((answer.body as { object?: string }).object, object, path);
	}
});

test("a known path with another method is 405, and says which it has", async (t) => {
	for (const path of [...GETS, ...PAGES])
		for (const method of ["POST", "PUT", "DELETE"]) {
			const { status, headers } = await fetch(`${serving.url}${path}`, { method });
			t.deepEqual([status, headers.get("allow")], [405, "GET, HEAD"], `${method} ${path}`);
		}
	for (const [path] of POSTS)
		for (const method of ["GET", "HEAD", "PATCH"]) {
			const { status, headers } = await fetch(`${serving.url}${path}`, { method });
			t.deepEqual([status, headers.get("allow")], [405, "POST"], `${method} ${path}`);
		}
});

test("any other path is 404 in llama.cpp's words; queries are no part of a path", async (t) => {
	for (const path of ["/v1", "/v1/messages", "/infill", "/rerank", "//health", "/v1/", "/health/"]) {
		const { status, body } = await raw("GET", path);
		t.is(status, 404, path);
		t.deepEqual(JSON.parse(body), {
			error: { message: "File Not Found", type: "not_found_error", param: null, code: 404 },
		});
	}
	t.is((await raw("GET", "/%2e%2e/health")).status, 404);
	t.is((await raw("GET", "/v1/../health")).status, 404);
	t.is((await raw("GET", "/health?a=1&b=//")).status, 200);
});

test("files and batches say that they need a folder", async (t) => {
	for (const path of ["/v1/files", "/v1/batches", "/v1/files/x", "/v1/batches/x"]) {
		const response = await fetch(`${serving.url}${path}`);
		t.is(response.status, 501, path);
		t.regex(await response.text(), /--data-dir DIR/);
	}
});

test("an id of the client's comes back, if it is short and printable", async (t) => {
	const id = async (sent: string) =>
		(await fetch(`${serving.url}/health`, { headers: { "x-request-id": sent } })).headers.get("x-request-id");
	t.is(await id("mine-1"), "mine-1");
	t.not(await id("x".repeat(1000)), "x".repeat(1000));
});

test("the shapes are OpenAI's", async (t) => {
	const { body } = await post(serving.url, "/v1/chat/completions", chat("Hello", { max_tokens: 2 }));
	const { id, created, system_fingerprint, choices, ...rest } = body as {
		id: string;
		created: number;
		system_fingerprint: string;
		choices: { message: { content: string } }[];
		usage: object;
	};
	t.regex(id, /^chatcmpl-/);
	t.true(Math.abs(created - Date.now() / 1000) < 60);
	t.regex(system_fingerprint, /^[\w.+-]+$/);
	t.deepEqual(choices as unknown, [
		{
			index: 0,
			message: { role: "assistant", content: choices[0]?.message.content, refusal: null },
			logprobs: null,
			finish_reason: "length",
		},
	]);
	t.like(rest, { object: "chat.completion", model: "demo-tiny-1" });
	t.like(rest.usage, { prompt_tokens: 25, completion_tokens: 2, total_tokens: 27 });
	const list = (await (await fetch(`${serving.url}/v1/models`)).json()) as { data: object[] };
	t.like(list.data[0], { id: "demo-tiny-1", object: "model", owned_by: "tsmpi", meta: { n_ctx: 2048 } });
	const missing = await fetch(`${serving.url}/v1/models/other`);
	t.is(missing.status, 404);
	t.like(((await missing.json()) as { error: object }).error, { code: "model_not_found" });
});

test("llama.cpp's form of a completion has its fields; a list of prompts is a list of answers", async (t) => {
	const { body } = await post(serving.url, "/completion", { prompt: "Once", n_predict: 3, temperature: 0 });
	t.like(body, {
		...{ index: 0, stop: true, model: "demo-tiny-1", tokens_predicted: 3, tokens_evaluated: 5 },
		...{ prompt: "Once", truncated: false, stop_type: "limit", stopping_word: "", id_slot: -1 },
	});
	t.true((body as { timings: { predicted_n: number } }).timings.predicted_n === 3);
	const many = await post(serving.url, "/completion", { prompt: ["a", "b"], n_predict: 1 });
	t.deepEqual(
		(many.body as { index: number }[]).map(({ index }) => index),
		[0, 1],
	);
	const vectors = await post(serving.url, "/embedding", { content: ["a", "b"] });
	t.deepEqual(
		(vectors.body as { embedding: number[][] }[]).map(({ embedding }) => embedding.map((row) => row.length)),
		[[64], [64]],
	);
});

test("tokens go there and back; what is no token of the model is the client's mistake", async (t) => {
	const { url } = serving;
	const content = "Hello wörld";
	const { tokens } = (await post(url, "/tokenize", { content })).body as { tokens: number[] };
	t.deepEqual((await post(url, "/detokenize", { tokens })).body, { content });
	const pieces = await post(url, "/tokenize", { content: "Hi", add_special: true, with_pieces: true });
	t.deepEqual(
		(pieces.body as { tokens: { piece: string }[] }).tokens.map(({ piece }) => piece),
		["<s>", "H", "i"],
	);
	for (const [path, body, param] of [
		["/tokenize", {}, "content"],
		["/tokenize", { content: "x", add_special: 1 }, "add_special"],
		["/detokenize", { tokens: "x" }, "tokens"],
		["/detokenize", { tokens: [356] }, "tokens"],
		["/detokenize", { tokens: [-1] }, "tokens"],
		["/apply-template", { messages: [] }, "messages"],
		["/v1/completions", { prompt: [1, 356] }, "prompt"],
		["/v1/embeddings", { input: [[1], [999_999]] }, "input"],
	] as const) {
		const answer = await post(url, path, body);
		t.is(answer.status, 400, JSON.stringify(body));
		t.like((answer.body as { error: object }).error, { param, type: "invalid_request_error" });
	}
});
