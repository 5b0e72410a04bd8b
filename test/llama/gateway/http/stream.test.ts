import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import { HttpError } from "../../../../src/llama/gateway/http/http-error.ts";
import type { Route } from "../../../../src/llama/gateway/http/server.ts";
import { ask, Clock, HEALTH, held, Raw, serve } from "./support/serve.ts";

const run = promisify(execFile);
const THREE: Route = {
	method: "POST",
	path: "/three",
	handle: (exchange) => {
		const stream = exchange.stream();
		stream.send('{"n":1}');
		stream.send('{"n":"\u{1F600}\u00e4"}');
		stream.write("");
		stream.send(['{"n":3}', "[DONE]"]);
		stream.end();
		stream.send("nothing any more");
		stream.end();
	},
};
const THREE_EVENTS = 'data: {"n":1}\n\ndata: {"n":"\u{1F600}\u00e4"}\n\ndata: {"n":3}\n\ndata: [DONE]\n\n';

test("a stream is events, and its connection goes on after it", async (t) => {
	const served = await serve(t, [THREE, HEALTH]);
	const answer = await fetch(`${served.url}/three`, { method: "POST", headers: { "x-request-id": "mine" } });
	t.is(answer.status, 200);
	t.is(answer.headers.get("content-type"), "text/event-stream; charset=utf-8");
	t.is(answer.headers.get("cache-control"), "no-cache");
	t.is(answer.headers.get("x-accel-buffering"), "no");
	t.is(answer.headers.get("x-request-id"), "mine");
	t.is(answer.headers.get("connection"), "keep-alive");
	t.is(await answer.text(), THREE_EVENTS);
	const finish = await served.finish();
	t.is(finish.status, 200);
	t.is(finish.bytes, Buffer.byteLength(THREE_EVENTS));
	t.is(finish.broken, undefined);
	const raw = await Raw.open(t, served, ask("POST /three") + ask("POST /three") + ask("GET /health"));
	t.is((await raw.until(/"ok"/)).match(/\r\n0\r\n\r\nHTTP\/1.1 200/g)?.length, 2);
});

test("curl reads a stream, with HTTP/1.0 too", async (t) => {
	const { url } = await serve(t, [THREE]);
	for (const version of ["--http1.1", "--http1.0"]) {
		const { stdout } = await run("curl", ["-sSN", version, "-X", "POST", `${url}/three`]);
		t.is(stdout, THREE_EVENTS);
	}
});

test("the head goes with the first event, and each call is one write", async (t) => {
	const { route, taken } = held("GET /stream");
	const served = await serve(t, [route]);
	const raw = await Raw.open(t, served, ask("GET /stream"));
	const exchange = await taken;
	const stream = exchange.stream();
	t.is(stream, exchange.stream());
	t.false(stream.begun);
	exchange.setHeader("x-late", "yes");
	const chunks: string[] = [];
	raw.socket.on("data", (text: string) => chunks.push(text));
	stream.send("1");
	t.true(stream.begun);
	t.regex(await raw.until(/data: 1/), /x-late: yes\r\n.*\r\n\r\n9\r\ndata: 1\n\n\r\n$/s);
	t.is(chunks.length, 1);
	stream.send(["2", "3"]);
	await raw.until(/data: 3\n\n\r\n$/);
	t.deepEqual(chunks.slice(1), ["12\r\ndata: 2\n\ndata: 3\n\n\r\n"]);
	stream.send([]);
	stream.comment(" waiting");
	await raw.until(/waiting\n\n\r\n$/);
	t.deepEqual(chunks.slice(2), ["b\r\n: waiting\n\n\r\n"]);
	stream.end();
	await raw.until(/\r\n0\r\n\r\n$/);
});

test("a stream that is silent has a ping, and one that is not has none", async (t) => {
	const silent = held("GET /silent");
	const busy = held("GET /busy");
	const clock = new Clock();
	const served = await serve(t, [silent.route, busy.route], { now: clock.now, times: { tick: 5 } });
	const raws = [
		await Raw.open(t, served, ask("GET /silent")),
		await Raw.open(t, served, ask("GET /busy")),
	] as const;
	const quiet = (await silent.taken).stream();
	const lively = (await busy.taken).stream();
	quiet.send("first");
	lively.send("first");
	for (let second = 1; second <= 31; second++) {
		lively.send(`${second}`);
		await raws[1].until(new RegExp(`data: ${second}\n`));
		await clock.advance(1000);
	}
	t.is((await raws[0].until(/(: ping.*){2}/s)).match(/\r\n: ping\n\n\r\n/g)?.length, 2);
	t.notRegex(raws[1].text, /ping/);
	// Nothing has begun: there is nothing to ping.
	t.is(served.finishes.length, 0);
});

test("an error is the status before the stream begins, and an event after it", async (t) => {
	const error = () => new HttpError(502, { message: "The engine died", code: "engine_died" });
	const routes: Route[] = [
		{
			method: "GET",
			path: "/before",
			handle: (exchange) => {
				exchange.stream();
				throw error();
			},
		},
		{
			method: "GET",
			path: "/after",
			handle: async (exchange) => {
				exchange.stream().send("1");
				await null;
				throw error();
			},
		},
		{
			method: "GET",
			path: "/bug",
			handle: (exchange) => {
				exchange.stream().send("1");
				throw new Error("in /secret/path");
			},
		},
	];
	const { url, errors } = await serve(t, routes);
	const body =
		'{"error":{"message":"The engine died","type":"server_error","param":null,"code":"engine_died"}}';
	const before = await fetch(`${url}/before`);
	t.is(before.status, 502);
	t.is(await before.text(), body);
	const after = await fetch(`${url}/after`);
	t.is(after.status, 200);
	t.is(await after.text(), `data: 1\n\ndata: ${body}\n\n`);
	t.is(errors.length, 0);
	const bug = await (await fetch(`${url}/bug`)).text();
	t.regex(
		bug,
		/data: \{"error":\{"message":"The server failed to answer; its log has more","type":"server_error"/,
	);
	t.regex(String(errors[0]), /secret/);
});

test("a client that leaves too much unread is closed", async (t) => {
	const { route, taken } = held("GET /stream");
	const served = await serve(t, [route], { unreadLimit: 100_000 });
	const raw = await Raw.open(t, served);
	raw.socket.pause();
	raw.send(ask("GET /stream"));
	const exchange = await taken;
	const left = new Promise<void>((resolve) => exchange.onGone(resolve));
	const text = "x".repeat(65_536);
	// More than the system's memory for one connection of this host takes.
	for (let i = 0; i < 200; i++) exchange.stream().send(text);
	await left;
	t.like(await served.finish(), { status: 200, broken: "behind" });
	t.true(exchange.gone);
	exchange.stream().send("nobody reads this");
	exchange.stream().end();
});

test("a client that takes nothing for long is closed, and one that takes a little is not", async (t) => {
	const stuck = held("GET /stuck");
	const slow = held("GET /slow");
	const clock = new Clock();
	const served = await serve(t, [stuck.route, slow.route], { unreadLimit: 2 ** 30, now: clock.now });
	const text = "x".repeat(65_536);
	const raws = [await Raw.open(t, served), await Raw.open(t, served)] as const;
	for (const raw of raws) raw.socket.pause();
	raws[0].send(ask("GET /stuck"));
	raws[1].send(ask("GET /slow"));
	for (const { taken } of [stuck, slow]) {
		const stream = (await taken).stream();
		for (let i = 0; i < 200; i++) stream.send(text);
		// A whole answer waits to be taken in the same way.
		stream.end();
	}
	for (let i = 0; i < 7; i++) {
		const before = raws[1].text.length;
		raws[1].socket.resume();
		await raws[1].until((text) => text.length > before + 1_000_000);
		raws[1].socket.pause();
		await clock.advance(10_000);
	}
	const finish = await served.finish();
	t.is(finish.exchange.path, "/stuck");
	t.is(finish.broken, "stuck");
	raws[1].socket.resume();
	await raws[1].until(/\r\n0\r\n\r\n$/);
	t.is((await served.finish(2)).broken, undefined);
});
