import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import type { HttpExchange } from "../../../../src/llama/gateway/http/http-exchange.ts";
import type { Route } from "../../../../src/llama/gateway/http/server.ts";
import { ask, Clock, ECHO, held, Raw, serve } from "./support/serve.ts";

const run = promisify(execFile);
const UPLOAD: Route = {
	method: "POST",
	path: "/upload",
	bodyLimit: 1_000_000,
	handle: async (exchange) => {
		let bytes = 0;
		for await (const chunk of exchange.body()) bytes += chunk.length;
		exchange.reply(200, { bytes });
	},
};

test("a body is one object of JSON, whatever its content-type", async (t) => {
	const { url } = await serve(t, [ECHO]);
	const post = (body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
		fetch(`${url}/echo`, { method: "POST", body, headers });
	for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense"]) {
		const answer = await post('{"a":"\u{1F600}","__proto__":1}', { "content-type": type });
		t.is(await answer.text(), '{"a":"\u{1F600}","__proto__":1}');
	}
	t.is(await (await post("\uFEFF{}")).text(), "{}");
	const bad: readonly (readonly [string | Uint8Array<ArrayBuffer>, RegExp])[] = [
		["", /The body is empty/],
		["{", /The body is not JSON/],
		["[]", /no object/],
		["null", /no object/],
		['"a"', /no object/],
		[Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), /not UTF-8/],
		["[".repeat(100_000), /not JSON|no object/],
		['{"a":'.repeat(100_000), /not JSON/],
	];
	for (const [body, message] of bad) {
		const answer = await post(body);
		t.is(answer.status, 400);
		const { error } = (await answer.json()) as { error: { message: string; type: string } };
		t.regex(error.message, message);
		t.true(error.message.length < 300);
		t.is(error.type, "invalid_request_error");
	}
	t.is((await post("{}", { "content-encoding": "gzip" })).status, 415);
});

test("curl -d is understood, also with a body that it asks leave for", async (t) => {
	const { url } = await serve(t, [ECHO]);
	const small = await run("curl", ["-s", "-d", '{"a":1}', `${url}/echo`]);
	t.is(small.stdout, '{"a":1}');
	const large = JSON.stringify({ a: "x".repeat(60_000) });
	const sent = await run("curl", ["-s", "-v", "-H", "expect: 100-continue", "-d", large, `${url}/echo`]);
	t.is(sent.stdout, large);
	t.regex(sent.stderr, /HTTP\/1.1 100 Continue/);
});

test("a body that says it is too large is refused before it is read", async (t) => {
	const served = await serve(t, [ECHO, UPLOAD], { bodyLimit: 1000 });
	for (const [path, length] of [
		["/echo", 1001],
		["/upload", 1_000_001],
		["/echo", 1e15],
	] as const) {
		const raw = await Raw.open(t, served, ask(`POST ${path}`, { "content-length": `${length}` }));
		const answer = await raw.until(/\}\}$/);
		t.regex(answer, /^HTTP\/1.1 413 Payload Too Large\r\n.*connection: close\r\n/s);
		t.regex(answer, /at most 10+ bytes/);
		await raw.ended();
	}
});

test("a body that its client asks leave for is refused before it is sent", async (t) => {
	const served = await serve(t, [ECHO], { bodyLimit: 1000 });
	const wait = { expect: "100-continue" };
	const raw = await Raw.open(t, served, ask("POST /echo", { ...wait, "content-length": "1001" }));
	t.regex(await raw.ended(), /^HTTP\/1.1 413 .*connection: close/s);
	for (const target of ["POST /nothing", "GET /echo"]) {
		const other = await Raw.open(t, served, ask(target, { ...wait, "content-length": "10" }));
		t.regex(await other.ended(), /^HTTP\/1.1 40[45] .*connection: close/s);
	}
	const odd = await Raw.open(t, served, ask("POST /echo", { expect: "a miracle", "content-length": "2" }));
	t.regex(await odd.ended(), /^HTTP\/1.1 417 /);
});

test("a body that grows too large is refused while it comes, and its client reads why", async (t) => {
	const { url } = await serve(t, [ECHO, UPLOAD], {
		bodyLimit: 1000,
		times: { linger: 5000 },
	});
	const stream = (megabytes: number) => {
		let left = megabytes * 16;
		return new ReadableStream({
			pull(controller) {
				if (left-- > 0) controller.enqueue(new Uint8Array(65_536));
				else controller.close();
			},
		});
	};
	for (const path of ["/echo", "/upload"]) {
		const answer = await fetch(`${url}${path}`, {
			method: "POST",
			body: stream(20),
			duplex: "half",
		} as RequestInit);
		t.is(answer.status, 413);
		t.regex(await answer.text(), /at most 10+ bytes/);
	}
	const fits = await fetch(`${url}/upload`, { method: "POST", body: new Uint8Array(1_000_000) });
	t.deepEqual(await fits.json(), { bytes: 1_000_000 });
});

test("a client that sends all before it reads anything hears that it was refused", async (t) => {
	const served = await serve(t, [ECHO], { bodyLimit: 1000, times: { linger: 10_000 } });
	const raw = await Raw.open(t, served);
	raw.socket.pause();
	const body = "x".repeat(20_000_000);
	await new Promise((resolve) => raw.socket.write(ask("POST /echo", {}, body), resolve));
	raw.socket.resume();
	t.regex(await raw.ended(), /^HTTP\/1.1 413 .*at most 1000 bytes/s);
	t.is(raw.socket.errored, null);
});

test("who goes on sending after a refusal is cut off", async (t) => {
	const served = await serve(t, [ECHO], { bodyLimit: 1000 });
	const raw = await Raw.open(t, served, ask("POST /echo", { "transfer-encoding": "chunked" }));
	const chunk = `8000\r\n${"x".repeat(0x8000)}\r\n`;
	raw.socket.on("drain", () => raw.send(chunk));
	raw.send(chunk.repeat(8));
	t.regex(await raw.ended(), /^HTTP\/1.1 413 /);
	t.is((await served.finish()).status, 413);
});

test("a body that does not come in time is told so", async (t) => {
	const { route } = held("POST /silent");
	const served = await serve(t, [ECHO, route], { times: { body: 100 } });
	const raw = await Raw.open(t, served, ask("POST /echo", { "content-length": "10" }));
	const drip = setInterval(() => raw.send(" "), 30);
	t.teardown(() => clearInterval(drip));
	t.regex(await raw.ended(), /^HTTP\/1.1 408 Request Timeout\r\n.*connection: close.*has not come/s);
	t.is((await served.finish()).status, 408);
	// Nobody reads it, and it is in the way all the same.
	const small = await Raw.open(t, served, ask("GET /nothing", { "content-length": "10" }));
	t.regex(await small.ended(), /^HTTP\/1.1 404 /);
});

test("a large body may take long, as long as it comes", async (t) => {
	const clock = new Clock();
	const { route, taken } = held("POST /upload");
	const served = await serve(t, [route], { now: clock.now });
	const part = "x".repeat(65_536);
	const raw = await Raw.open(t, served, ask("POST /upload", { "content-length": `${32 * part.length}` }));
	const exchange = await taken;
	raw.send(part.repeat(32));
	let bytes = 0;
	for await (const chunk of exchange.body()) {
		const before = bytes;
		bytes += chunk.length;
		if (before >> 20 !== bytes >> 20) await clock.advance(16_000);
	}
	t.is(clock.ms, 32_000);
	exchange.reply(200, { bytes });
	t.regex(await raw.until(/\}$/), /200 OK.*\{"bytes":2097152\}/s);
});

test("a body that waits for its reader is not late", async (t) => {
	const clock = new Clock();
	const { route, taken } = held("POST /upload");
	const served = await serve(t, [route], { now: clock.now });
	const raw = await Raw.open(t, served, ask("POST /upload", {}, "x".repeat(1_000_000)));
	const exchange = await taken;
	const { request } = exchange as HttpExchange;
	while (request.readableLength < request.readableHighWaterMark) await clock.advance(0);
	await clock.advance(1_000_000);
	let bytes = 0;
	for await (const chunk of exchange.body()) bytes += chunk.length;
	exchange.reply(200, { bytes });
	t.regex(await raw.until(/\}$/), /200 OK.*\{"bytes":1000000\}/s);
});

test("a body that breaks off ends its request", async (t) => {
	const served = await serve(t, [ECHO]);
	const raw = await Raw.open(t, served, ask("POST /echo", { "content-length": "10" }));
	raw.socket.destroy();
	t.like(await served.finish(), { status: 499, broken: "left" });
	const chunked = await Raw.open(t, served, ask("POST /echo", { "transfer-encoding": "chunked" }));
	chunked.send('5\r\n{"a":\r\nnonsense\r\n');
	t.regex(await chunked.ended(), /^HTTP\/1.1 400 Bad Request\r\n/);
	t.deepEqual(served.errors, []);
});
