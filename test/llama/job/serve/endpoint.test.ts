import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import test from "ava";
import { start } from "../../../support/run.ts";
import { startRecordingServer } from "../../support/recording-server.ts";
import { chat, forAll, post, SERVE, type Serving, serve, streamChat } from "../../support/serve.ts";

let behind: Serving;
let before: Serving;
const all = forAll();

test.before("a gateway behind a gateway", async () => {
	behind = await serve(all.t, ["--engine", "node-llama-cpp"], { ranks: 1 });
	before = await serve(all.t, ["--endpoint", behind.url]);
});

test.after.always("they end", () => all.end());

/** Probabilities depend a little on what else runs. */
function rounded(choices: unknown): unknown {
	const round = (_: string, value: unknown) =>
		typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
	return JSON.parse(JSON.stringify(choices, round));
}

test("what the gateway behind answers comes through, whole and in pieces", async (t) => {
	for (const [path, body] of [
		["/v1/chat/completions", chat("Hello", { n: 2 })],
		["/v1/chat/completions", chat("Hello", { logprobs: true, top_logprobs: 2 })],
		["/v1/completions", { prompt: "Once", max_tokens: 4, temperature: 0, echo: true }],
		["/v1/completions", { prompt: ["Once", "Two"], max_tokens: 4, temperature: 0 }],
	] as const) {
		const [through, direct] = await Promise.all(
			[before, behind].map(
				async ({ url }) =>
					(await post(url, path, { ...body, model: "demo-tiny-1" })).body as Record<string, unknown>,
			),
		);
		t.deepEqual(rounded(through?.choices), rounded(direct?.choices), JSON.stringify(body));
		t.is(through?.model, "demo-tiny-1");
	}
	const request = chat("Hello", { max_tokens: 20, seed: 1 });
	const whole = await post(before.url, "/v1/chat/completions", request);
	const stream = await streamChat(before.url, request);
	const [choice] = (whole.body as { choices: { message: { content: string } }[] }).choices;
	t.is(stream.text, choice?.message.content ?? "");
	t.is(stream.finish, "length");
	const { body } = await post(before.url, "/v1/embeddings", { input: ["a", "b"] });
	t.is((body as { data: object[] }).data.length, 2);
	const native = await post(before.url, "/completion", { prompt: "Once", n_predict: 2 });
	t.like(native.body, { tokens_predicted: 2, stop_type: "limit" });
	t.deepEqual((await post(before.url, "/tokenize", { content: "Hi" })).body, { tokens: [301, 334] });
});

test("the model is called the same in lists, answers and streams", async (t) => {
	const list = await (await fetch(`${before.url}/v1/models`)).json();
	t.is((list as { data: { id: string }[] }).data[0]?.id, "demo-tiny-1");
	const response = await fetch(`${before.url}/v1/chat/completions`, {
		method: "POST",
		body: JSON.stringify(chat("Hello", { stream: true })),
	});
	const [first = ""] = (await response.text()).split("\n\n");
	t.is(JSON.parse(first.slice("data: ".length)).model, "demo-tiny-1");
});

test("what the server behind refuses is the client's mistake here, too, and no engine is blamed", async (t) => {
	for (let round = 0; round < 3; round++)
		for (const [fields, param] of [
			[{ top_p: 7 }, "top_p"],
			[{ unknown_field: 1 }, "unknown_field"],
			[{ top_p: 7, stream: true }, "top_p"],
			[{ tools: [{ type: "function", function: { name: "f", parameters: {} } }] }, "tools"],
		] as const) {
			const { status, body } = await post(before.url, "/v1/chat/completions", chat("Hello", fields));
			t.is(status, 400, JSON.stringify(body));
			t.like((body as { error: object }).error, { param, type: "invalid_request_error" });
		}
	const slots = (await (await fetch(`${before.url}/slots`)).json()) as { rank_state: string }[];
	t.true(slots.every(({ rank_state: state }) => state === "up"));
	const long = await post(before.url, "/v1/chat/completions", chat("x".repeat(9000)));
	t.is(long.status, 400);
	t.like((long.body as { error: object }).error, { code: "context_length_exceeded" });
});

test("fields go to an endpoint as they came, but for those of the gateway itself; --alias renames what answers", async (t) => {
	const choice = { index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" };
	const answer = { model: "theirs", choices: [choice], usage: { prompt_tokens: 1, completion_tokens: 1 } };
	const server = await startRecordingServer({
		"/v1/models": { object: "list", data: [{ id: "theirs", object: "model" }] },
		"/v1/chat/completions": answer,
	});
	t.teardown(() => server.close());
	const { url } = await serve(t, ["--endpoint", `${server.url}/v1`, "--alias", "ours"], { ranks: 1 });
	const fields = { top_p: 0.5, vendor_field: { deep: [1, null] }, reasoning_effort: "high", model: "x" };
	const { status, body } = await post(url, "/v1/chat/completions", {
		...{ messages: [{ role: "user", content: "Hi", vendor: 1 }], ...fields },
		...{ priority: 3, stream: false },
	});
	t.is(status, 200, JSON.stringify(body));
	t.is((body as { model: string }).model, "ours");
	const sent = server.requests.find(({ path }) => path === "/v1/chat/completions")?.json ?? {};
	t.like(sent, { top_p: 0.5, vendor_field: { deep: [1, null] }, reasoning_effort: "high", model: "theirs" });
	t.like((sent.messages as object[])[0], { vendor: 1 });
	t.false("priority" in sent);
	t.false("max_tokens" in sent);
});

/** Takes every request and never answers. */
async function silentServer(): Promise<{ server: Server; url: string }> {
	const server = createServer(() => {});
	await new Promise<void>((resolve) => {
		server.listen(0, "127.0.0.1", resolve);
	});
	return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("while engines load it listens, says so with 503, and shows its page", async (t) => {
	const { server, url: endpoint } = await silentServer();
	t.teardown(() => {
		server.close();
		server.closeAllConnections();
	});
	const handle = start(t, ["-n", "1", SERVE, "--port", "0", "--endpoint", endpoint]);
	const [, url = ""] = await handle.waitForLine(/^listening on (http:\S+)$/);
	for (const path of ["/health", "/v1/models", "/slots", "/props", "/metrics"]) {
		const response = await fetch(`${url}${path}`);
		t.is(response.status, 503, path);
		t.like(((await response.json()) as { error: object }).error, {
			message: "Loading model",
			type: "unavailable_error",
			code: 503,
		});
	}
	const { status, headers } = await post(url, "/v1/chat/completions", chat("Hello"));
	t.is(status, 503);
	t.true(Number(headers.get("retry-after")) >= 1);
	t.is((await fetch(`${url}/`)).status, 200);
	t.is((await fetch(`${url}/health`, { method: "HEAD" })).status, 503);
});
