import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import test, { type ExecutionContext } from "ava";
import { JobError } from "../../../src/llama/errors.ts";
import { findServer, type ServerOptions, serverInfo } from "../../../src/llama/load/server.ts";
import { type Answers, startRecordingServer } from "../support/recording-server.ts";

async function find(t: ExecutionContext, answers: Answers, options: Partial<ServerOptions> = {}) {
	const server = await startRecordingServer(answers);
	t.teardown(() => server.close());
	const { url = server.url, ...rest } = options;
	const asked = { url, model: undefined, apiKey: undefined, headers: {}, ...rest };
	return { server, found: await findServer(asked) };
}

test("llama.cpp's server tells its version, its context, and how many tokens words are", async (t) => {
	const { found } = await find(t, {
		"/v1/models": { data: [{ id: "m.gguf", owned_by: "llamacpp" }] },
		"/props": { build_info: "b1-abc", default_generation_settings: { n_ctx: 2048 } },
		"/tokenize": { tokens: Array(800).fill(1) },
	});
	t.like(found, { model: "m.gguf", version: "llama.cpp b1-abc", contextSize: 2048, wordsPerToken: 0.5 });
	t.is(found.target.keepAlive, false);
	t.like(serverInfo(found, "a note"), {
		...{ kind: "endpoint", device: "unknown", deviceName: new URL(found.target.base).host, slots: 0 },
		...{ model: "m.gguf", note: "a note" },
	});
});

test("vLLM tells its context with its models, and counts tokens", async (t) => {
	const models = { "/v1/models": { data: [{ id: "a" }, { id: "b", max_model_len: 4096 }] } };
	const { found } = await find(t, { ...models, "/tokenize": { count: 200 } }, { model: "b" });
	t.like(found, { model: "b", contextSize: 4096, wordsPerToken: 2 });
	t.is(found.target.keepAlive, true);
});

test("a server that tells nothing can be used", async (t) => {
	const { found } = await find(t, {});
	t.like(found, { model: undefined, wordsPerToken: 1 });
});

test("a URL may end in /v1, or in a route", async (t) => {
	const { server } = await find(t, {});
	for (const end of ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/v1/completions"]) {
		const { found } = await find(t, {}, { url: `${server.url}${end}` });
		t.is(found.target.base, server.url, end);
	}
	const { found } = await find(t, {}, { url: `${server.url}/proxy/v1` });
	t.is(found.target.base, `${server.url}/proxy`);
});

test("what cannot be used is one line", async (t) => {
	const refuse = async (options: Partial<ServerOptions>, exitCode: number, message: RegExp) => {
		const error = await t.throwsAsync(find(t, {}, options), { instanceOf: JobError, message });
		t.is(error?.exitCode, exitCode);
		t.notRegex(error?.message ?? "", /\n|secret/);
	};
	await refuse({ url: "host:80" }, 2, /^Cannot use --url host:80: it takes a URL/);
	await refuse({ url: "http://me:secret@host" }, 2, /^Cannot use --url with a user name/);
	await refuse(
		{ url: "http://127.0.0.1:1" },
		1,
		/^Cannot use the server at http:\/\/127.0.0.1:1: .*ECONNREFUSED/,
	);
	const deaf = createServer();
	t.teardown(() => deaf.close());
	await once(deaf.listen(0, "127.0.0.1"), "listening");
	const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
	await refuse({ url, answerMs: 50 }, 1, /it takes connections, but has not answered within 0.05 s$/);
});
