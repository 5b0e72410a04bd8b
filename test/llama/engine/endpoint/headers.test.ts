import test from "ava";
import { ArgumentError } from "../../../../src/base/errors.ts";
import { complete, connectEndpoint } from "../../../../src/llama/index.ts";
import { startRecordingServer } from "../../support/recording-server.ts";

const SAID = [{ choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] }];

test("headers go to an endpoint with a request, and change none of its own", async (t) => {
	const server = await startRecordingServer({
		"/v1/models": { data: [{ id: "m" }] },
		"/v1/chat/completions": SAID,
		"/v1/embeddings": { data: [{ index: 0, embedding: [1] }] },
	});
	t.teardown(server.close);
	const engine = await connectEndpoint({ endpoint: server.url, apiKey: "key" });
	t.teardown(() => engine.close());
	const headers = { traceparent: "00-1-2-01", authorization: "Bearer other" };
	await complete(engine, [{ role: "user", content: "Hi" }], { headers });
	t.like(server.requests.at(-1)?.headers, { traceparent: "00-1-2-01", authorization: "Bearer key" });
	await engine.embed("a", { headers });
	t.like(server.requests.at(-1)?.headers, { traceparent: "00-1-2-01", authorization: "Bearer key" });
	await complete(engine, [{ role: "user", content: "Hi" }]);
	t.false("traceparent" in (server.requests.at(-1)?.headers ?? {}));
	await t.throwsAsync(complete(engine, "a", { headers: { a: 1 as unknown as string } }), {
		instanceOf: ArgumentError,
		message: /headers.*an object of texts/,
	});
});
