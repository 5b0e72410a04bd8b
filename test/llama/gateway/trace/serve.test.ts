import test, { type ExecutionContext } from "ava";
import { start } from "../../../support/run.ts";
import { descendants, isEngine } from "../../support/processes.ts";
import { startRecordingServer } from "../../support/recording-server.ts";
import { SERVE, type Serving, serve, streamChat } from "../../support/serve.ts";
import { type Collector, type Received, startCollector } from "./support/collector.ts";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const CHAT = { messages: [{ role: "user", content: "A secret" }], max_tokens: 8, temperature: 0 };

interface Traced extends Serving {
	readonly collector: Collector;
}

/** A server that sends its traces to a collector of the test's own. */
async function serveTraced(
	t: ExecutionContext,
	ranks: number,
	args: readonly string[] = [],
): Promise<Traced> {
	const collector = await startCollector();
	t.teardown(() => collector.close());
	const env = { OTEL_BSP_SCHEDULE_DELAY: "50" };
	return { collector, ...(await serve(t, ["--otlp", collector.url, ...args], { ranks, env })) };
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
async function ended({ child, done, collector }: Traced): Promise<Received[]> {
	child.kill("SIGTERM");
	await done;
	return collector.spans;
}

test("a served stream: the client's trace, the phases on a rank, and no word of what was said", async (t) => {
	const serving = await serveTraced(t, 2);
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
	const serving = await serveTraced(t, 1);
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

test("a text that goes on after its engine's death: two groups, and a link from one to the other", async (t) => {
	const serving = await serveTraced(t, 1);
	const { child, url } = serving;
	const engines = descendants(child.pid ?? -1).filter(isEngine);
	t.is(engines.length, 1);
	const streamed = await streamChat(url, { ...CHAT, max_tokens: 1900, ignore_eos: true }, () => {
		for (const { pid } of engines.splice(0)) process.kill(pid, "SIGKILL");
	});
	t.is(streamed.error, undefined);
	const spans = await ended(serving);
	const names = (attempt: number) =>
		spans.filter(({ attributes }) => attributes["tsmpi.attempt"] === attempt).map(({ name }) => name);
	t.deepEqual(names(1), ["queue", "prefill", "decode"]);
	t.deepEqual(names(2), ["queue", "prefill", "decode"]);
	const [dead] = spans.filter(({ attributes }) => attributes["error.type"] === "engine_died");
	t.is(dead?.name, "decode");
	const waiting = spans.find(({ name, links }) => name === "queue" && links.length > 0);
	t.deepEqual(waiting?.links, [dead?.spanId ?? ""]);
	t.is(waiting?.start, dead?.end);
	t.true(
		(waiting?.end ?? 0n) - (waiting?.start ?? 0n) > 1_000_000n,
		"the engine's start is time in the queue",
	);
	const chat = spans.find(({ name }) => name.startsWith("chat "));
	t.is(chat?.attributes["tsmpi.continued"], 1);
	t.is(chat?.status.code, 0);
});

test("an endpoint is told the trace", async (t) => {
	const endpoint = await startRecordingServer({
		"/v1/models": { data: [{ id: "m" }] },
		"/v1/chat/completions": [{ choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] }],
	});
	t.teardown(endpoint.close);
	const serving = await serveTraced(t, 1, ["--endpoint", endpoint.url]);
	const headers = { traceparent: PARENT, tracestate: "a=1" };
	const { answer } = await ask(serving.url, "/v1/chat/completions", CHAT, headers);
	t.is(answer.status, 200);
	const told = endpoint.requests.find(({ path }) => path === "/v1/chat/completions")?.headers;
	t.is(told?.traceparent, answer.headers.get("traceparent") ?? "");
	t.is(told?.tracestate, "a=1");
	await ended(serving);
});

test("an address for traces that is none ends the job with one line", async (t) => {
	const words = ["-np", "2", SERVE, "--port", "0", "--otlp", "nowhere"];
	const { code, stderr } = await start(t, words).done;
	t.is(code, 2);
	const lines = stderr.split("\n").filter((line) => line.includes("Cannot send traces to --otlp"));
	t.is(lines.length, 1, stderr);
	t.notRegex(stderr, /^\s+at /m);
});
