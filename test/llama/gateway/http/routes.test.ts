import test from "ava";
import type { Route } from "../../../../src/llama/gateway/http/server.ts";
import { ask, ECHO, HEALTH, Raw, serve } from "./support/serve.ts";

const named = (path: string, method: Route["method"] = "GET"): Route => ({
	method,
	path,
	handle: (exchange) =>
		exchange.reply(200, { route: exchange.route, path: exchange.path, params: exchange.params }),
});
const ROUTES = [
	HEALTH,
	ECHO,
	named("/v1/models"),
	named("/v1/models/:id"),
	named("/v1/files/:id/content"),
	named("/v1/files/:id", "DELETE"),
	named("/v1/files/:id"),
];

test("a path leads to its route, and what follows a question mark does not count", async (t) => {
	const { url } = await serve(t, ROUTES);
	for (const [target, route, params] of [
		["/v1/models", "/v1/models", {}],
		["/v1/models?limit=3&x=//%2e", "/v1/models", {}],
		["/v1/models/org%2Fa%20b?x", "/v1/models/:id", { id: "org/a b" }],
		["/v1/files/file-1/content", "/v1/files/:id/content", { id: "file-1" }],
		["/v1/models/constructor", "/v1/models/:id", { id: "constructor" }],
	] as const) {
		const answer = await fetch(`${url}${target}`);
		t.is(answer.status, 200, target);
		t.deepEqual(await answer.json(), { route, path: target.split("?")[0], params });
	}
});

test("what follows a question mark is there for a route that wants it", async (t) => {
	const route: Route = {
		...{ method: "GET", path: "/a" },
		handle: (exchange) => exchange.reply(200, [...exchange.query]),
	};
	const { url } = await serve(t, [route]);
	for (const [target, query] of [
		["/a", []],
		[
			"/a?limit=3&after=b%20c",
			[
				["limit", "3"],
				["after", "b c"],
			],
		],
		["/a?x=1?y#z", [["x", "1?y"]]],
	] as const) {
		t.deepEqual(await (await fetch(`${url}${target}`)).json(), query, target);
	}
});

test("what has no route is not found, in the form of llama-server's answer", async (t) => {
	const served = await serve(t, ROUTES);
	const targets = [
		"/",
		"/nothing",
		"/v1/models/",
		"/v1//models",
		"//v1/models",
		"/v1/%2e/models",
		"/v1/%2E%2E/health",
	];
	targets.push(
		"/v1/models/%2e%2e",
		"/v1/models/..",
		"/v1/models/%zz",
		"/v1/models/a%00b",
		"/v1/models/a/b",
		"/HEALTH",
	);
	targets.push("*", "/constructor", "/__proto__", `/${"x".repeat(4000)}`);
	for (const target of targets) {
		// fetch() would tidy these paths.
		const raw = await Raw.open(t, served, ask(`GET ${target}`, { connection: "close" }));
		const answer = await raw.ended();
		t.regex(answer, /^HTTP\/1.1 404 Not Found\r\n/, target);
		t.deepEqual(JSON.parse(answer.split("\r\n\r\n")[1] ?? ""), {
			error: { message: "File Not Found", type: "not_found_error", param: null, code: 404 },
		});
	}
	t.true(served.finishes.every(({ exchange }) => exchange.route === "other"));
});

test("a path with another method says which it has", async (t) => {
	const { url } = await serve(t, ROUTES);
	for (const [method, path, allow] of [
		["PUT", "/health", "GET, HEAD"],
		["GET", "/echo", "POST"],
		["HEAD", "/echo", "POST"],
		["OPTIONS", "/echo", "POST"],
		["POST", "/v1/files/f", "DELETE, GET, HEAD"],
	] as const) {
		const answer = await fetch(`${url}${path}`, { method });
		t.is(answer.status, 405, path);
		t.is(answer.headers.get("allow"), allow);
		if (method !== "HEAD") t.like(await answer.json(), { error: { type: "invalid_request_error" } });
	}
	t.is((await fetch(`${url}/nothing`, { method: "OPTIONS" })).status, 404);
});

test("HEAD is GET without a body", async (t) => {
	const served = await serve(t, ROUTES);
	const raw = await Raw.open(t, served, ask("HEAD /health") + ask("HEAD /nothing") + ask("GET /health"));
	const answers = (await raw.until(/"ok"\}/)).split("\r\n\r\n");
	t.is(answers.length, 4);
	t.regex(answers[0] ?? "", /200 OK.*content-length: 15/s);
	t.regex(answers[1] ?? "", /404 Not Found/);
	t.is((await served.finish(1)).bytes, 0);
	t.is((await served.finish(3)).bytes, 15);
});

test("a target that is a whole URL, as proxies send it, is its path", async (t) => {
	const served = await serve(t, ROUTES);
	const raw = await Raw.open(t, served, ask("GET http://elsewhere:1/v1/models?x", { connection: "close" }));
	t.regex(await raw.ended(), /200 OK.*"path":"\/v1\/models"/s);
});
