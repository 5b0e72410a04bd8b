import { EventEmitter, once } from "node:events";
import test from "ava";
import type { Exchange } from "../../../../src/llama/gateway/http/exchange.ts";
import { HttpError } from "../../../../src/llama/gateway/http/http-error.ts";
import type { Route } from "../../../../src/llama/gateway/http/server.ts";
import { ask, Raw, serve } from "./support/serve.ts";

const get = (path: string, handle: Route["handle"]): Route => ({ method: "GET", path, handle });

test("an answer is JSON or a text, with its length and the request's name", async (t) => {
	const served = await serve(t, [
		get("/json", (exchange) => exchange.reply(201, { a: "ä" })),
		get("/text", (exchange) => exchange.reply(200, "plain")),
		get("/metrics", (exchange) =>
			exchange.reply(200, "m 1\n", { "content-type": "text/plain; version=0.0.4" }),
		),
	]);
	const { url } = served;
	const json = await fetch(`${url}/json`);
	t.is(json.status, 201);
	t.is(json.headers.get("content-type"), "application/json; charset=utf-8");
	t.is(json.headers.get("content-length"), "10");
	t.regex(json.headers.get("x-request-id") ?? "", /^[0-9a-f]{12}-1$/);
	t.is((await fetch(`${url}/text`)).headers.get("content-type"), "text/plain; charset=utf-8");
	t.is((await fetch(`${url}/metrics`)).headers.get("content-type"), "text/plain; version=0.0.4");
	const { status, bytes, durationMs, broken, exchange } = await served.finish(1);
	t.like({ status, bytes, broken }, { status: 201, bytes: 10, broken: undefined });
	t.true(durationMs >= 0);
	t.like(exchange, { method: "GET", route: "/json", path: "/json", client: "127.0.0.1" });
});

test("a request keeps its client's name if that is short and printable", async (t) => {
	const { url } = await serve(t, [get("/", (exchange) => exchange.reply(200, exchange.id))]);
	for (const id of ["abc", "9b2f:-_/=", "x".repeat(64)]) {
		t.is(await (await fetch(url, { headers: { "x-request-id": id } })).text(), id);
	}
	const ids = new Set<string>();
	for (const id of ["", "two words", "x".repeat(65), "é"]) {
		const answer = await fetch(url, { headers: { "x-request-id": id } });
		const own = await answer.text();
		t.regex(own, /^[0-9a-f]{12}-\d+$/);
		t.is(answer.headers.get("x-request-id"), own);
		ids.add(own);
	}
	t.is(ids.size, 4);
});

test("what a handler throws is the answer, and a bug tells the client nothing", async (t) => {
	const error = new HttpError(429, {
		message: "The queue is full",
		code: "queue_full",
		headers: { "retry-after": "1", "retry-after-ms": "200" },
		extra: { queued: 128 },
	});
	const { url, errors } = await serve(t, [
		get("/full", () => {
			throw error;
		}),
		get("/late", async () => {
			await null;
			throw error;
		}),
		get("/bug", () => {
			throw new TypeError("Cannot read /etc/secret");
		}),
		get("/twice", (exchange) => {
			exchange.reply(200, "once");
			exchange.fail(error);
			exchange.reply(200, "twice");
		}),
	]);
	for (const path of ["/full", "/late"]) {
		const answer = await fetch(`${url}${path}`);
		t.is(answer.status, 429);
		t.is(answer.headers.get("retry-after-ms"), "200");
		t.deepEqual(await answer.json(), {
			error: {
				message: "The queue is full",
				type: "rate_limit_error",
				param: null,
				code: "queue_full",
				queued: 128,
			},
		});
	}
	t.is(errors.length, 0);
	const bug = await fetch(`${url}/bug`);
	t.is(bug.status, 500);
	t.deepEqual(await bug.json(), {
		error: {
			message: "The server failed to answer; its log has more",
			type: "server_error",
			param: null,
			code: null,
		},
	});
	t.true(errors[0] instanceof TypeError);
	t.is(await (await fetch(`${url}/twice`)).text(), "once");
	t.regex(String(errors[1]), /answered already/);
});

test("an answer that is read bit by bit", async (t) => {
	const pieces = Array.from({ length: 100 }, (_, i) => Buffer.alloc(65_536, i));
	let released = 0;
	const sources = new EventEmitter();
	const source = async function* (broken: number) {
		try {
			for (const [i, piece] of pieces.entries()) {
				if (i === broken) throw new Error("The disk is gone");
				yield piece;
			}
		} finally {
			released += 1;
			sources.emit("released");
		}
	};
	const pipe =
		(broken: number, headers = {}) =>
		(exchange: Exchange) =>
			exchange.pipe(200, source(broken), headers);
	const served = await serve(t, [
		get(
			"/whole",
			pipe(-1, { "content-type": "application/octet-stream", "content-length": `${100 * 65_536}` }),
		),
		get("/none", (exchange) => exchange.pipe(200, source(0))),
		get("/half", pipe(50)),
	]);
	const { url, errors } = served;
	const whole = Buffer.from(await (await fetch(`${url}/whole`)).arrayBuffer());
	t.true(whole.equals(Buffer.concat(pieces)));
	t.is((await served.finish()).bytes, whole.length);
	const head = await fetch(`${url}/whole`, { method: "HEAD" });
	t.is(head.headers.get("content-length"), `${whole.length}`);
	t.is((await fetch(`${url}/none`)).status, 500);
	await t.throwsAsync(async () => (await fetch(`${url}/half`)).arrayBuffer());
	t.like(await served.finish(4), { status: 200, broken: "cut" });
	t.is(errors.length, 2);
	// A client that leaves, while it reads nothing.
	const raw = await Raw.open(t, served);
	raw.socket.pause();
	raw.send(ask("GET /whole"));
	const last = once(sources, "released", { signal: AbortSignal.timeout(20_000) });
	raw.socket.once("readable", () => raw.socket.resetAndDestroy());
	t.like(await served.finish(5), { broken: "left" });
	await last;
	t.is(errors.length, 2);
	t.is(released, 5);
});
