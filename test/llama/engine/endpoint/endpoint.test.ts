import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import test from "ava";
import { complete, connectEndpoint, type Engine, EngineError } from "../../../../src/llama/index.ts";
import { API_KEY, type BareServer, LLAMA_SERVER, startBareServer } from "../../support/bare-server.ts";
import { temporaryFolder, writeCycle } from "../../support/models.ts";
import { type FaultyProxy, startProxy } from "../../support/proxy.ts";

const folder = temporaryFolder();
const withServer = LLAMA_SERVER === undefined ? test.serial.skip : test.serial;
let server: BareServer;
let proxy: FaultyProxy;

test.before(async () => {
	if (LLAMA_SERVER === undefined) return;
	const model = await writeCycle(join(folder, "cycle.gguf"));
	server = await startBareServer({ model });
	proxy = await startProxy(server.url);
});
test.after.always(async () => {
	proxy?.close();
	await server?.close();
});

function connect(path = "", retries = 2): Promise<Engine> {
	const endpoint = `${proxy.url}${path}`;
	return connectEndpoint({ endpoint, apiKey: API_KEY, retries, backoffMs: 1 });
}

/** Which page a URL ends up at, for a text and for messages. */
const PAGES: readonly (readonly [string, string, string])[] = [
	["", "/completion", "/completion"],
	["/v1", "/completion", "/completion"],
	["/v1/", "/completion", "/completion"],
	["/completion", "/completion", "/completion"],
	["/v1/completions", "/v1/completions", "/v1/chat/completions"],
	["/v1/chat/completions", "/v1/completions", "/v1/chat/completions"],
];
for (const [path, texts, chats] of PAGES) {
	withServer(`an endpoint at ${path === "" ? "the root" : path} is asked through ${texts}`, async (t) => {
		const engine = await connect(path);
		t.teardown(() => engine.close());
		proxy.requests.length = 0;
		const answer = await complete(engine, "abc x", { maxTokens: 4, stop: ["|"] });
		t.is(answer.text, "yz{");
		t.is(answer.finishReason, "stop");
		t.is(answer.usage.promptTokens, 6);
		const chat = await complete(engine, [{ role: "user", content: "Hi" }], { maxTokens: 3, seed: 7 });
		t.is(chat.text, "abc");
		t.is(chat.finishReason, "length");
		t.is(chat.usage.completionTokens, 3);
		const counted = engine.countTokens([{ role: "user", content: "Hi" }]);
		if (texts === "/completion") t.is(chat.usage.promptTokens, await counted);
		else await t.throwsAsync(counted, { code: "ERR_UNSUPPORTED" });
		t.deepEqual(
			proxy.requests.slice(0, 2).map((request) => request.path),
			[texts, chats],
		);
		t.is(JSON.parse(proxy.requests[1]?.body ?? "").seed, 7);
	});
}

withServer(
	"a request is tried again after what may pass, and the text goes on where it broke off",
	async (t) => {
		for (const path of ["", "/v1/chat/completions"]) {
			const engine = await connect(path, 5);
			t.teardown(() => engine.close());
			proxy.requests.length = 0;
			proxy.faults.push("reset", { status: 503 }, { breakAt: '"d"' }, { status: 408 }, { breakAt: '"f"' });
			const pieces: string[] = [];
			for await (const event of engine.generate("a", { maxTokens: 8 })) {
				if (event.type === "token") pieces.push(event.text);
			}
			t.deepEqual(pieces, [..."bcdefghi"], path);
			t.is(proxy.requests.length, 6);
		}
	},
);

withServer("a server that asks for time is given it", async (t) => {
	const engine = await connect();
	t.teardown(() => engine.close());
	proxy.requests.length = 0;
	proxy.faults.push({ status: 429, headers: { "retry-after": "0.3" } });
	await complete(engine, "a", { maxTokens: 1 });
	const [first, second] = proxy.requests.map(({ at }) => at);
	t.true((second ?? 0) - (first ?? 0) >= 299, "with a back-off of 1 ms it would have come earlier");
});

withServer("what does not pass is an error at once, with the server's words", async (t) => {
	const engine = await connect();
	t.teardown(() => engine.close());
	proxy.requests.length = 0;
	proxy.faults.push({ status: 401, body: '{"error":{"message":"who are you?"}}' });
	await t.throwsAsync(complete(engine, "a"), {
		instanceOf: EngineError,
		code: "ERR_ENDPOINT",
		message: `The endpoint ${proxy.url} refused the API key: status 401: who are you?`,
	});
	t.is(proxy.requests.length, 1);
	proxy.faults.push(...Array.from({ length: 3 }, () => ({ status: 500, body: "out of order\nat once" })));
	await t.throwsAsync(complete(engine, "a"), {
		code: "ERR_ENDPOINT",
		message: `The endpoint ${proxy.url} answered with an error: status 500: out of order (3 attempts)`,
	});
	// The engine lives on.
	t.is((await complete(engine, "x", { maxTokens: 2 })).text, "yz");
	t.is(engine.failure, undefined);
});

withServer("OpenAI's API: a prompt that does not fit is an error with the server's numbers", async (t) => {
	const engine = await connect("/v1/completions");
	t.teardown(() => engine.close());
	const error = await t.throwsAsync(complete(engine, "x".repeat(300)), { code: "ERR_PROMPT_TOO_LONG" });
	t.regex(
		error?.message ?? "",
		/^Cannot run a request: status 400: request \(301 tokens\) .* \(256 tokens\)/,
	);
});

withServer("connectEndpoint() rejects where the key is wrong, and where nothing answers", async (t) => {
	await t.throwsAsync(connectEndpoint({ endpoint: server.url, apiKey: "another" }), {
		instanceOf: EngineError,
		code: "ERR_ENDPOINT",
		message: `The endpoint ${server.url} refused the API key: status 401: Invalid API Key`,
	});
	const gone = await startProxy(server.url);
	gone.close();
	const error = await t.throwsAsync(connectEndpoint({ endpoint: gone.url, retries: 1, backoffMs: 1 }), {
		code: "ERR_ENDPOINT",
	});
	t.regex(
		error?.message ?? "",
		/^Cannot reach the endpoint http:\S+: connect ECONNREFUSED 127\.0\.0\.1:\d+ \(2 attempts\)$/,
	);
});

withServer("close() ends what runs and leaves the server alone", async (t) => {
	const engine = await connect();
	const error = await t.throwsAsync(
		async () => {
			for await (const event of engine.generate("a", { maxTokens: 200 })) {
				if (event.type === "token") await engine.close();
			}
		},
		{ code: "ERR_ENGINE_CLOSED" },
	);
	t.is<unknown, unknown>(engine.failure, error);
	const again = await connect();
	t.is((await complete(again, "x", { maxTokens: 2 })).text, "yz");
	await again.close();
});

test("connectEndpoint() gives up a server that takes connections and says nothing", async (t) => {
	const silent = createServer(() => {});
	t.teardown(() => silent.close());
	await once(silent.listen(0, "127.0.0.1"), "listening");
	const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
	await t.throwsAsync(connectEndpoint({ endpoint, answerMs: 200 }), {
		code: "ERR_ENDPOINT",
		message: `Cannot reach the endpoint ${endpoint}: it takes connections, but has not answered within 0.2 s`,
	});
});
