import test from "ava";
import { connectEndpoint } from "../../../../src/llama/index.ts";
import { startRecordingServer } from "../../support/recording-server.ts";

test("an endpoint that only embeds: one request for all texts, and its own count of tokens", async (t) => {
	const server = await startRecordingServer({
		"/v1/models": { data: [{ id: "e" }] },
		"/v1/embeddings": {
			data: [
				{ index: 1, embedding: [0, 2] },
				{ index: 0, embedding: [3, 4] },
			],
			usage: { prompt_tokens: 11 },
		},
	});
	t.teardown(server.close);
	const engine = await connectEndpoint({ endpoint: server.url });
	t.teardown(() => engine.close());
	server.requests.length = 0;
	const counted: number[] = [];
	const onUsage = ({ promptTokens }: { promptTokens: number }) => counted.push(promptTokens);
	const vectors = await engine.embedMany(["a", [1, 2]], { onUsage, body: { dimensions: 2, model: "e" } });
	t.deepEqual(vectors, [Float32Array.of(0.6, 0.8), Float32Array.of(0, 1)]);
	t.deepEqual(counted, [11]);
	t.deepEqual(
		server.requests.map(({ path, json }) => ({ path, json })),
		[{ path: "/v1/embeddings", json: { model: "e", dimensions: 2, input: ["a", [1, 2]] } }],
	);
	t.deepEqual(await engine.embedMany([]), []);
	t.is(server.requests.length, 1);
});

test("tokens are not counted by having a text generated", async (t) => {
	const server = await startRecordingServer({ "/v1/models": { data: [{ id: "m" }] } });
	t.teardown(server.close);
	const engine = await connectEndpoint({ endpoint: server.url });
	const asked = server.requests.length;
	for (const work of [
		() => engine.countTokens("a"),
		() => engine.applyTemplate([{ role: "user", content: "a" }]),
		() => engine.tokenize("a"),
		() => engine.detokenize([1]),
	]) {
		await t.throwsAsync(work, {
			code: "ERR_UNSUPPORTED",
			message: /^Cannot .*: an endpoint with OpenAI's API/,
		});
	}
	t.is(server.requests.length, asked);
	await t.notThrowsAsync(engine.ready());
	await engine.close();
	await t.throwsAsync(engine.ready(), { code: "ERR_ENGINE_CLOSED" });
});
