import test, { type ExecutionContext } from "ava";
import { type RunHandle, start } from "../../../support/run.ts";
import { startRecordingServer } from "../../support/recording-server.ts";
import { type Collector, type Received, startCollector } from "./support/collector.ts";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const CHAT = { messages: [{ role: "user", content: "A secret" }], max_tokens: 8, temperature: 0 };

interface Serving {
	readonly url: string;
	readonly collector: Collector;
	readonly run: RunHandle;
}

/** A server that sends its traces to a collector of the test's own. */
async function serve(t: ExecutionContext, args: readonly string[], ranks = 2): Promise<Serving> {
	const collector = await startCollector();
	t.teardown(() => collector.close());
	const words = ["-np", `${ranks}`, "examples/llama_serve.js", "--port", "0", "--otlp", collector.url];
	const run = start(t, [...words, ...args], { env: { OTEL_BSP_SCHEDULE_DELAY: "50" } });
	const [, url = ""] = await run.waitForLine(/^listening on (http:\S+)/);
	await run.waitForLine(/^ready: /);
	return { url, collector, run };
}

async function ask(url: string, path: string, body: object, headers: Record<string, string> = {}) {
	const answer = await fetch(`${url}${path}`, { method: "POST", body: JSON.stringify(body), headers });
	return { answer, text: await answer.text() };
}

function isWithin(inner: Received | undefined, outer: Received | undefined): boolean {
	if (inner === undefined || outer === undefined) return false;
	return outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end;
}

/** All spans, once the server has ended in order. */
async function ended({ run, collector }: Serving): Promise<Received[]> {
	run.child.kill("SIGTERM");
	await run.done;
	return collector.spans;
}

test("a served stream: the client's trace, the phases on a rank, and no word of what was said", async (t) => {
	const serving = await serve(t, []);
	const { url } = serving;
	const stream = { ...CHAT, stream: true, stream_options: { include_usage: true } };
	const streamed = await ask(url, "/v1/chat/completions", stream, {
		...{ traceparent: PARENT, "x-request-id": "mine" },
	});
	t.is(streamed.answer.status, 200);
	const whole = await ask(url, "/v1/completions", { prompt: "A secret", max_tokens: 4 });
	t.is(whole.answer.status, 200);
	const refused = await ask(url, "/v1/chat/completions", { messages: "none" });
	t.is(refused.answer.status, 400);
	await fetch(`${url}/health`);
	const { collector } = serving;
	const bad = await collector.span(({ attributes }) => attributes["http.response.status_code"] === 400);
	t.is(bad.status.code, 0);
	const { spans } = collector;

	const ofStream = spans.filter(({ traceId }) => traceId === "0af7651916cd43dd8448eb211c80319c");
	const [server, chat, queue, prefill, decode] = [
		...["POST /v1/chat/completions", "chat", "queue", "prefill", "decode"].map((name) =>
			ofStream.find((span) => span.name.startsWith(name)),
		),
	];
	t.is(ofStream.length, 5);
	t.is(server?.parentSpanId, "b7ad6b7169203331");
	t.is(server?.attributes["tsmpi.request.id"], "mine");
	t.is(server?.attributes["http.response.status_code"], 200);
	t.is(streamed.answer.headers.get("traceparent"), `00-${server?.traceId}-${server?.spanId}-01`);
	t.is(chat?.parentSpanId, server?.spanId);
	const events = streamed.text.split("\n\n").flatMap((event) => /^data: (\{.*)/.exec(event)?.[1] ?? []);
	const { id, model, usage } = JSON.parse(events.at(-1) ?? "{}");
	t.like(chat?.attributes, {
		"gen_ai.request.model": model,
		"gen_ai.response.id": id,
		"gen_ai.request.max_tokens": 8,
		"gen_ai.usage.input_tokens": usage.prompt_tokens,
		"gen_ai.usage.output_tokens": usage.completion_tokens,
	});
	const times = [queue, prefill, decode];
	for (const [index, phase] of times.entries()) {
		t.is(phase?.parentSpanId, chat?.spanId);
		t.true([0, 1].includes(Number(phase?.attributes["tsmpi.rank"])));
		t.true(isWithin(phase, chat) && isWithin(chat, server));
		t.is(phase?.start, index === 0 ? chat?.start : times[index - 1]?.end);
	}
	t.is(spans.filter(({ name }) => name.startsWith("text_completion ")).length, 1);
	t.is(spans.filter(({ name }) => name.includes("health")).length, 0);
	t.false(spans.some(({ attributes }) => JSON.stringify(attributes).includes("secret")));
});

test("a client that leaves in mid-stream is a span that says so", async (t) => {
	const serving = await serve(t, [], 1);
	const { url } = serving;
	const left = new AbortController();
	const body = JSON.stringify({ ...CHAT, max_tokens: 1500, stream: true, ignore_eos: true });
	const answer = await fetch(`${url}/v1/chat/completions`, { method: "POST", body, signal: left.signal });
	await answer.body?.getReader().read();
	left.abort();
	const chat = (await ended(serving)).find(({ name }) => name.startsWith("chat "));
	t.is(chat?.attributes["error.type"], "cancelled");
	const server = serving.collector.spans.find(({ spanId }) => spanId === chat?.parentSpanId);
	t.is(server?.attributes["http.response.status_code"], 499);
	t.is(server?.status.code, 0);
});

test("an endpoint is told the trace", async (t) => {
	const endpoint = await startRecordingServer({
		"/v1/models": { data: [{ id: "m" }] },
		"/v1/chat/completions": [{ choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] }],
	});
	t.teardown(endpoint.close);
	const serving = await serve(t, ["--endpoint", endpoint.url], 1);
	const headers = { traceparent: PARENT, tracestate: "a=1" };
	const { answer } = await ask(serving.url, "/v1/chat/completions", CHAT, headers);
	t.is(answer.status, 200);
	const told = endpoint.requests.find(({ path }) => path === "/v1/chat/completions")?.headers;
	t.is(told?.traceparent, answer.headers.get("traceparent") ?? "");
	t.is(told?.tracestate, "a=1");
	await ended(serving);
});

test("an address for traces that is none ends the job with one line", async (t) => {
	const words = ["-np", "2", "examples/llama_serve.js", "--port", "0", "--otlp", "nowhere"];
	const { code, stderr } = await start(t, words).done;
	t.is(code, 2);
	const lines = stderr.split("\n").filter((line) => line.includes("Cannot send traces to --otlp"));
	t.is(lines.length, 1, stderr);
	t.notRegex(stderr, /^\s+at /m);
});
