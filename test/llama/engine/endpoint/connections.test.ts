import { once } from "node:events";
import type { Socket } from "node:net";
import test from "ava";
import { complete, connectEndpoint } from "../../../../src/llama/index.ts";
import { startRecordingServer } from "../../support/recording-server.ts";

const ANSWERS = {
	"/v1/models": { data: [{ id: "m" }] },
	"/v1/completions": [{ choices: [{ index: 0, text: "a", finish_reason: "stop" }] }],
};

test("requests to an endpoint share a connection, one after the other", async (t) => {
	const server = await startRecordingServer(ANSWERS);
	t.teardown(server.close);
	const engine = await connectEndpoint({ endpoint: server.url });
	server.requests.length = 0;
	for (let count = 0; count < 4; count++) await complete(engine, "x");
	t.is(server.requests.length, 4);
	t.is(new Set(server.requests.map(({ port }) => port)).size, 1);
});

test("a request that meets a connection which the server has closed is sent again at once", async (t) => {
	const server = await startRecordingServer(ANSWERS);
	t.teardown(server.close);
	const engine = await connectEndpoint({ endpoint: server.url, retries: 0 });
	await complete(engine, "x");
	// Closed as it is used: the client cannot have heard of it before it writes.
	let closed = 0;
	const close = ({ socket }: { socket: Socket }) => {
		closed += 1;
		socket.destroy();
	};
	const [listener] = server.http.listeners("request") as ((...args: unknown[]) => void)[];
	server.http.removeAllListeners("request").once("request", (incoming) => {
		close(incoming);
		server.http.on("request", listener ?? (() => {}));
	});
	t.is((await complete(engine, "x")).text, "a");
	t.is(closed, 1);
	t.is(new Set(server.requests.slice(-2).map(({ port }) => port)).size, 2);
});

test("a connection that breaks on its first request is no such thing: that is for the retries", async (t) => {
	const server = await startRecordingServer(ANSWERS);
	t.teardown(server.close);
	const engine = await connectEndpoint({ endpoint: server.url, retries: 0 });
	let asked = 0;
	server.http.removeAllListeners("request").on("request", ({ socket }) => {
		asked += 1;
		socket.destroy();
	});
	await t.throwsAsync(complete(engine, "x"), { code: "ERR_ENDPOINT" });
	t.is(asked, 1);
});

test("an endpoint that is down is given up after three attempts, in one line", async (t) => {
	const server = await startRecordingServer({});
	server.http.close();
	await once(server.http, "close");
	const error = await t.throwsAsync(connectEndpoint({ endpoint: server.url }), { code: "ERR_ENDPOINT" });
	t.regex(
		error?.message ?? "",
		/^Cannot reach the endpoint http:\S+: connect ECONNREFUSED \S+ \(3 attempts\)$/,
	);
});

test("a name that stands for several addresses is no reason for an empty reason", async (t) => {
	const server = await startRecordingServer({});
	server.http.close();
	await once(server.http, "close");
	const endpoint = server.url.replace("127.0.0.1", "localhost");
	const error = await t.throwsAsync(connectEndpoint({ endpoint, backoffMs: 1 }), { code: "ERR_ENDPOINT" });
	t.regex(error?.message ?? "", /ECONNREFUSED/);
});
