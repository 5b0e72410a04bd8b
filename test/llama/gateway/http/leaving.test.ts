import { once } from "node:events";
import { connect } from "node:net";
import test from "ava";
import type { Exchange } from "../../../../src/llama/gateway/http/exchange.ts";
import { ask, ECHO, HEALTH, held, Raw, serve } from "./support/serve.ts";

test("a client that leaves is told of, once, and at once to those who ask late", async (t) => {
	const { route, taken } = held("GET /wait");
	const served = await serve(t, [route]);
	const raw = await Raw.open(t, served, ask("GET /wait"));
	const exchange = await taken;
	let told = 0;
	exchange.onGone(() => told++);
	t.false(exchange.gone);
	raw.socket.destroy();
	const finish = await served.finish();
	t.is(finish.status, 499);
	t.is(finish.broken, "left");
	t.true(exchange.gone);
	exchange.onGone(() => told++);
	t.is(told, 2);
	exchange.reply(200, {});
	exchange.stream().send("nobody reads this");
	await t.notThrowsAsync(exchange.pipe(200, chunks()));
	t.is(served.finishes.length, 1);
});

async function* chunks(): AsyncGenerator<Buffer> {
	yield Buffer.from("a");
}

test("a client that leaves in the middle of a stream is told of, also where it just hangs up", async (t) => {
	for (const leave of ["destroy", "resetAndDestroy"] as const) {
		const { route, taken } = held("GET /stream");
		const served = await serve(t, [route]);
		const raw = await Raw.open(t, served, ask("GET /stream"));
		const exchange = await taken;
		exchange.stream().send("1");
		await raw.until(/data: 1/);
		raw.socket[leave]();
		t.like(await served.finish(), { status: 200, broken: "left" });
		t.true(exchange.gone);
	}
});

test("a client that closes its side gets its answers all the same", async (t) => {
	const whole = held("GET /whole");
	const stream = held("GET /stream");
	const served = await serve(t, [HEALTH, whole.route, stream.route], { times: { ping: 60 } });
	const healthy = await Raw.open(t, served, ask("GET /health"));
	healthy.socket.end();
	t.regex(await healthy.ended(), /^HTTP\/1.1 200 OK\r\n.*"ok"\}$/s);
	// A whole answer that is long in coming: what is sent meanwhile is what every client passes over.
	const patient = await Raw.open(t, served, ask("GET /whole"));
	patient.socket.end();
	await patient.until(/(HTTP\/1.1 100 Continue\r\n\r\n){3}/);
	(await whole.taken).reply(200, { a: 1 });
	t.regex(await patient.ended(), /^(HTTP\/1.1 100 Continue\r\n\r\n)+HTTP\/1.1 200 OK\r\n.*\{"a":1\}$/s);
	const reader = await Raw.open(t, served, ask("GET /stream"));
	const events = (await stream.taken).stream();
	events.send("1");
	reader.socket.end();
	await reader.until(/: ping/);
	events.send("2");
	events.end();
	t.regex(await reader.ended(), /data: 1\n\n.*data: 2\n\n\r\n0\r\n\r\n$/s);
	t.deepEqual(
		served.finishes.map(({ broken }) => broken),
		[undefined, undefined, undefined],
	);
});

test("a client that closes its side and the connection with it is told of", async (t) => {
	// Its system refuses what is sent: that is all the difference.
	const { route, taken } = held("GET /wait");
	const served = await serve(t, [route], { times: { ping: 1e9 } });
	const raw = await Raw.open(t, served, ask("GET /wait"));
	await taken;
	raw.socket.destroy();
	t.like(await served.finish(), { status: 499, broken: "left" });
});

test("requests behind one that runs are told of, too", async (t) => {
	const gone: string[] = [];
	const taken: Exchange[] = [];
	const served = await serve(t, [
		{
			method: "GET",
			path: "/wait",
			handle: (exchange) => {
				exchange.onGone(() => gone.push(exchange.id));
				taken.push(exchange);
			},
		},
	]);
	const raw = await Raw.open(
		t,
		served,
		["a", "b", "c"].map((id) => ask("GET /wait", { "x-request-id": id })).join(""),
	);
	raw.socket.destroy();
	await served.finish(3);
	t.deepEqual(gone.sort(), ["a", "b", "c"]);
	t.is(taken.length, 3);
});

test("2000 clients that leave leave nothing behind", async (t) => {
	const exchanges: Exchange[] = [];
	let gone = 0;
	const served = await serve(t, [
		ECHO,
		{
			method: "POST",
			path: "/stream",
			handle: async (exchange) => {
				await exchange.json();
				exchange.onGone(() => gone++);
				exchanges.push(exchange);
				if (exchanges.length % 2 === 0) exchange.stream().send("begun");
			},
		},
	]);
	const { port } = served.server;
	for (let batch = 0; batch < 10; batch++) {
		const sockets = Array.from({ length: 200 }, () => connect(port, "127.0.0.1"));
		for (const [i, socket] of sockets.entries()) {
			socket.on("error", () => {});
			socket.write(ask("POST /stream", {}, "{}"), () => {
				// In three ways: with a reset, by closing, and when an answer has come.
				if (i % 3 === 0) socket.resetAndDestroy();
				else if (i % 3 === 1) socket.destroySoon();
				else socket.once("data", () => socket.destroy());
			});
			if (i % 3 === 2) setImmediate(() => socket.destroySoon());
		}
		await Promise.all(sockets.map((socket) => once(socket, "close")));
	}
	const closed = served.finishes.length;
	t.true(closed <= 2000);
	await served.finish(exchanges.length);
	const answer = await fetch(`${served.url}/echo`, {
		method: "POST",
		body: '{"still":"here"}',
		headers: { connection: "close" },
	});
	t.is(await answer.text(), '{"still":"here"}');
	await served.finish(exchanges.length + 1);
	await served.server.close();
	t.is(served.server.connections, 0);
	t.is(gone, exchanges.length);
	t.true(exchanges.length > 500);
});
