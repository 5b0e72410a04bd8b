import test from "ava";
import type { Route } from "../../../../src/llama/gateway/http/server.ts";
import { ask, ECHO, HEALTH, Raw, serve } from "./support/serve.ts";

const keys = ["sk-first", "schlüssel"];
const PAGE: Route = {
	method: "GET",
	path: "/",
	challenge: "basic",
	handle: (exchange) => exchange.reply(200, "page"),
};
const ROUTES = [HEALTH, ECHO, PAGE];
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

test("with keys all but open routes need one", async (t) => {
	const { url } = await serve(t, ROUTES, { keys });
	const status = async (path: string, headers: HeadersInit, method = "POST") => {
		const answer = await fetch(`${url}${path}`, {
			method,
			headers,
			...(method === "POST" ? { body: "{}" } : {}),
		});
		return answer.status;
	};
	t.is(await status("/health", {}, "GET"), 200);
	t.is(await status("/health", { authorization: "Bearer wrong" }, "GET"), 200);
	for (const authorization of [
		"Bearer sk-first",
		"bearer  sk-first",
		basic("anybody:sk-first"),
		basic(":schlüssel"),
	]) {
		t.is(await status("/echo", { authorization }), 200, authorization);
	}
	// A header has bytes; this is what fetch() makes of those of UTF-8.
	t.is(
		await status("/echo", { authorization: `Bearer ${Buffer.from("schlüssel").toString("latin1")}` }),
		200,
	);
	t.is(await status("/echo", { "x-api-key": "sk-first" }), 200);
	t.is(await status("/echo", { "x-api-key": "sk-first", authorization: "Bearer wrong" }), 200);
	for (const authorization of [
		"Bearer sk-firs",
		"Bearer",
		"sk-first",
		"Bearer sk-first x",
		basic("sk-first"),
		"Basic =",
		"Basic Og==",
	]) {
		t.is(
			await status("/echo", { authorization }),
			authorization === basic("sk-first") ? 200 : 401,
			authorization,
		);
	}
	t.is(await status("/nothing", {}, "GET"), 401);
});

test("a request without a key is told how to show one", async (t) => {
	const { url, finishes } = await serve(t, ROUTES, { keys });
	const none = await fetch(`${url}/echo`, { method: "POST", body: "{}" });
	t.is(none.headers.get("www-authenticate"), "Bearer");
	t.deepEqual(await none.json(), {
		error: {
			message: "An API key is needed",
			type: "authentication_error",
			param: null,
			code: "invalid_api_key",
		},
	});
	const wrong = await fetch(url, { headers: { authorization: "Bearer sk-secret" } });
	t.is(wrong.headers.get("www-authenticate"), 'Basic realm="tsmpi"');
	const text = await wrong.text();
	t.true(text.includes("The API key is not valid here"));
	t.false(text.includes("sk-secret"));
	t.is(finishes.length, 2);
});

test("a request that is refused for its key may have a body, and the connection goes on", async (t) => {
	const served = await serve(t, ROUTES, { keys });
	const raw = await Raw.open(
		t,
		served,
		ask("POST /echo", {}, "{}") + ask("POST /echo", { "x-api-key": "sk-first" }, '{"a":1}'),
	);
	t.regex(await raw.until(/"a":1/), /401 Unauthorized.*200 OK/s);
});

test("pages of other origins read nothing without leave, and a preflight needs no key", async (t) => {
	const closed = await serve(t, ROUTES);
	t.is((await fetch(`${closed.url}/health`)).headers.get("access-control-allow-origin"), null);
	const { url } = await serve(t, ROUTES, { keys, cors: "https://app.example" });
	const preflight = await fetch(`${url}/echo`, {
		method: "OPTIONS",
		headers: {
			"access-control-request-method": "POST",
			"access-control-request-headers": "authorization,x-stainless-os",
		},
	});
	t.is(preflight.status, 204);
	t.is(preflight.headers.get("access-control-allow-origin"), "https://app.example");
	t.is(preflight.headers.get("access-control-allow-headers"), "authorization,x-stainless-os");
	t.regex(preflight.headers.get("access-control-allow-methods") ?? "", /POST, DELETE/);
	for (const [path, status] of [
		["/health", 200],
		["/echo", 401],
	] as const) {
		const answer = await fetch(`${url}${path}`);
		t.is(answer.status, status);
		t.is(answer.headers.get("access-control-allow-origin"), "https://app.example");
		t.regex(answer.headers.get("access-control-expose-headers") ?? "", /x-request-id/);
	}
});

test("a page of another origin cannot make a browser send what it may not", async (t) => {
	const send = async (options: object, headers: Record<string, string>, target = "POST /echo") => {
		const served = await serve(t, ROUTES, options);
		const raw = await Raw.open(t, served, ask(target, { connection: "close", ...headers }, "{}"));
		return Number((await raw.ended()).split(" ")[1]);
	};
	const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
	t.is(await send({}, foreign), 403);
	t.is(await send({}, { ...foreign, "sec-fetch-site": "same-site" }), 403);
	t.is(await send({ keys }, { ...foreign, authorization: basic("u:sk-first") }), 403);
	// Whoever has the key itself is no browser that was tricked.
	t.is(await send({ keys }, { ...foreign, authorization: "Bearer sk-first" }), 200);
	t.is(await send({ cors: "https://evil.example" }, foreign), 200);
	t.is(await send({ cors: "*" }, foreign), 200);
	t.is(await send({ cors: "https://app.example" }, foreign), 403);
	t.is(await send({}, { "sec-fetch-site": "same-origin" }), 200);
	// Following a link.
	t.is(await send({}, foreign, "GET /health"), 200);
	t.is(await send({}, foreign, "GET /"), 200);
});
