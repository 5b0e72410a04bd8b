import { once } from "node:events";
import { createServer } from "node:net";
import test from "ava";
import { JobError } from "../../../../src/llama/errors.ts";
import { listen } from "../../../../src/llama/gateway/http/server.ts";
import { ask, Clock, ECHO, HEALTH, held, Raw, serve } from "./support/serve.ts";

test("300 clients that never finish their heads delay nobody, and are closed", async (t) => {
	const served = await serve(t, [HEALTH], { times: { head: 4000 } });
	const slow = await Promise.all(
		Array.from({ length: 300 }, (_, i) =>
			Raw.open(t, served, i % 3 === 0 ? "" : "GET /health HTTP/1.1\r\nhost: a\r\n"),
		),
	);
	const drips = setInterval(() => {
		for (const [i, raw] of slow.entries()) if (i % 3 === 1) raw.send("x: y\r\n");
	}, 100);
	t.teardown(() => clearInterval(drips));
	t.is((await fetch(`${served.url}/health`)).status, 200);
	t.true(served.server.connections >= 300);
	const answers = await Promise.all(slow.map((raw) => raw.ended()));
	// Those that have sent nothing hear nothing.
	for (const [i, answer] of answers.entries())
		t.regex(answer, i % 3 === 0 ? /^$/ : /^HTTP\/1.1 408 .*has not come in time/s);
	t.is((await fetch(`${served.url}/health`)).status, 200);
});

test("what is no request is answered with 400, and the connection closed", async (t) => {
	const served = await serve(t, [HEALTH, ECHO]);
	const nonsense = [
		"hello\r\n\r\n",
		"GET /health HTTP/9.9\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"GET /health HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n",
		"GET /health HTTP/1.1\r\nhost: a\r\nx : a\r\n\r\n",
		"GET /health HTTP/1.1\r\nhost: a\r\nx: a\r\n folded\u0001\r\n\r\n",
		ask("POST /echo", { "content-length": "-1" }),
		ask("POST /echo", { "content-length": "1", "transfer-encoding": "chunked" }),
		"GET /health HTTP/1.1\r\n\r\n",
		"GET /a b HTTP/1.1\r\nhost: a\r\n\r\n",
	];
	for (const bytes of nonsense) {
		const raw = await Raw.open(t, served, Buffer.from(bytes, "latin1"));
		const closing = bytes.includes("host") || !bytes.includes("HTTP/1.1");
		const answer = closing ? await raw.ended() : await raw.until(/\}\}$/);
		t.regex(
			answer,
			/^HTTP\/1.1 400 Bad Request\r\n.*\{"error":\{"message":"[^"]*","type":"invalid_request_error"/s,
			bytes,
		);
	}
	t.is((await fetch(`${served.url}/health`)).status, 200);
});

test("headers may have odd bytes, and not more than 16 KB", async (t) => {
	const served = await serve(t, [HEALTH], { keys: ["k"] });
	const odd = Buffer.from(
		ask("GET /health", { "x-request-id": "\xff\xfe", authorization: "Bearer \xe9\x80", connection: "close" }),
		"latin1",
	);
	const answer = await (await Raw.open(t, served, odd)).ended();
	t.regex(answer, /^HTTP\/1.1 200 OK\r\nx-request-id: [0-9a-f]{12}-1\r\n/);
	const large = await Raw.open(t, served, ask("GET /health", { "x-large": "x".repeat(20_000) }));
	t.regex(await large.ended(), /^HTTP\/1.1 431 Request Header Fields Too Large\r\n.*headers are too large/s);
});

test("a client that sends all of its headers before it reads anything hears that they are too large", async (t) => {
	const served = await serve(t, [HEALTH], { times: { linger: 10_000 } });
	const raw = await Raw.open(t, served);
	raw.socket.pause();
	await new Promise((resolve) =>
		raw.socket.write(ask("GET /health", { x: "x".repeat(20_000_000) }), resolve),
	);
	raw.socket.resume();
	t.regex(await raw.ended(), /^HTTP\/1.1 431 .*headers are too large/s);
	t.is(raw.socket.errored, null);
});

test("nonsense behind a request breaks off what is under way, and is no part of its answer", async (t) => {
	const { route, taken } = held("GET /stream");
	const served = await serve(t, [route]);
	const raw = await Raw.open(t, served, ask("GET /stream"));
	(await taken).stream().send("1");
	await raw.until(/data: 1/);
	raw.send("nonsense\r\n\r\n");
	t.notRegex(await raw.ended(), /400/);
	t.is((await served.finish()).broken, "left");
});

test("requests that come together are answered in their order", async (t) => {
	const first = held("GET /first");
	const second = held("GET /second");
	const clock = new Clock();
	const served = await serve(t, [first.route, second.route, HEALTH], { now: clock.now });
	const raw = await Raw.open(t, served, ask("GET /first") + ask("GET /second") + ask("GET /health"));
	const stream = (await second.taken).stream();
	stream.send("of the second");
	stream.end();
	// Nobody can take what is not sent yet.
	await clock.advance(100_000);
	await clock.advance(100_000);
	t.is(raw.text, "");
	(await first.taken).reply(200, { first: true });
	t.regex(await raw.until(/"ok"/), /"first":true.*of the second.*"ok"/s);
	t.deepEqual(
		(await Promise.all([served.finish(1), served.finish(2), served.finish(3)])).map(({ broken }) => broken),
		[undefined, undefined, undefined],
	);
});

test("a connection without a request is closed after a while", async (t) => {
	const served = await serve(t, [HEALTH], { times: { keepAlive: 50 } });
	const raw = await Raw.open(t, served, ask("GET /health"));
	t.regex(await raw.ended(), /^HTTP\/1.1 200 OK\r\n/);
});

test("a server that stops accepting answers what runs, and closes the rest", async (t) => {
	const whole = held("GET /whole");
	const stream = held("GET /stream");
	const served = await serve(t, [HEALTH, whole.route, stream.route]);
	const { server, url } = served;
	const idle = await Raw.open(t, served, ask("GET /health"));
	await idle.until(/"ok"/);
	const raws = [
		await Raw.open(t, served, ask("GET /whole")),
		await Raw.open(t, served, ask("GET /stream")),
	] as const;
	const answer = await whole.taken;
	const events = (await stream.taken).stream();
	events.send("1");
	await raws[1].until(/data: 1/);
	server.stopAccepting();
	server.stopAccepting();
	await idle.ended();
	await t.throwsAsync(fetch(`${url}/health`));
	answer.reply(200, {});
	t.regex(await raws[0].ended(), /connection: close/i);
	events.send("2");
	events.end();
	t.regex(await raws[1].ended(), /data: 2\n\n\r\n0\r\n\r\n$/);
	await server.close();
	t.is(server.connections, 0);
});

test("close() waits a little for what runs, and then breaks it off", async (t) => {
	const short = held("GET /short");
	const endless = held("GET /endless");
	const served = await serve(t, [short.route, endless.route, ECHO]);
	const half = await Raw.open(t, served, "GET /health HTT");
	const raws = [
		await Raw.open(t, served, ask("GET /short")),
		await Raw.open(t, served, ask("GET /endless")),
	] as const;
	const answer = await short.taken;
	(await endless.taken).stream().send("1");
	const closed = served.server.close();
	answer.reply(200, { in: "time" });
	t.regex(await raws[0].ended(), /"in":"time"/);
	await closed;
	t.is(served.server.connections, 0);
	await Promise.all([half.ended(), raws[1].ended()]);
	t.deepEqual(
		served.finishes.map(({ broken }) => broken),
		[undefined, "cut"],
	);
});

test("an address that cannot be had is one line", async (t) => {
	const other = createServer().listen(0, "127.0.0.1");
	await once(other, "listening");
	t.teardown(() => other.close());
	const { port } = other.address() as { port: number };
	const error = await t.throwsAsync(listen({ host: "127.0.0.1", port, routes: [] }), {
		instanceOf: JobError,
	});
	t.is(error?.message, `Cannot listen on 127.0.0.1:${port}: the port is taken`);
	t.is(error?.exitCode, 1);
	for (const host of ["192.0.2.1", "nowhere.invalid"]) {
		await t.throwsAsync(listen({ host, port: 0, routes: [] }), {
			message: new RegExp(`^Cannot listen on ${host}:0: [^\n]*$`),
		});
	}
});

test("a server tells where it is", async (t) => {
	const six = await serve(t, [HEALTH], { host: "::1" });
	t.is(six.server.url, `http://[::1]:${six.server.port}`);
	t.is((await fetch(`${six.url}/health`)).status, 200);
});
