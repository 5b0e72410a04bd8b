import test, { type ExecutionContext } from "ava";
import type { Attempt, CallEnd } from "../../../../src/llama/gateway/core/call.ts";
import { startTracing } from "../../../../src/llama/gateway/trace/sdk/start-tracing.ts";
import type { Tracing } from "../../../../src/llama/gateway/trace/tracing.ts";
import { arrival, call, TASK, wellEnded } from "./support/calls.ts";
import { type Received, startCollector } from "./support/collector.ts";

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** The spans of what a test does with traces, by name. */
async function spansOf(
	t: ExecutionContext,
	act: (tracing: Tracing) => void,
	env: NodeJS.ProcessEnv = {},
): Promise<Received[]> {
	const collector = await startCollector();
	t.teardown(() => collector.close());
	const tracing = await startTracing({ otlp: collector.url, env, tell: (line) => t.fail(line) });
	act(tracing);
	await tracing.close();
	t.deepEqual([...new Set(collector.requests.map(({ path }) => path))], ["/v1/traces"]);
	return collector.spans;
}

function named(spans: readonly Received[], name: string): Received {
	const found = spans.filter((span) => span.name === name);
	if (found.length !== 1) throw new Error(`${found.length} spans ${name}`);
	return found[0] as Received;
}

const first = (from: number): Attempt => ({
	rank: 1,
	assignedMs: from + 5,
	firstMs: from + 20,
	endMs: from + 50,
});

test("a request and its call: names, parents, attributes, times", async (t) => {
	const from = performance.now() - 60;
	const spans = await spansOf(t, (tracing) => {
		const request = tracing.request({ ...arrival(), arrivedMs: from });
		tracing.ended(call(from, request), wellEnded(from, [first(from)], from + 20));
		request?.finish(200);
	});
	const server = named(spans, "POST /v1/chat/completions");
	const chat = named(spans, "chat tiny");
	const phases = ["queue", "prefill", "decode"].map((name) => named(spans, name));
	t.is(spans.length, 5);
	t.is(server.kind, 2, "SERVER");
	t.is(server.parentSpanId, undefined);
	t.deepEqual(server.attributes, {
		"http.request.method": "POST",
		"http.route": "/v1/chat/completions",
		"http.response.status_code": 200,
		"url.path": "/v1/chat/completions",
		"url.scheme": "http",
		"network.protocol.version": "1.1",
		"server.address": "127.0.0.1",
		"server.port": 8090,
		"client.address": "127.0.0.1",
		"user_agent.original": "test/1",
		"tsmpi.request.id": "req-1",
	});
	t.is(chat.parentSpanId, server.spanId);
	t.deepEqual(chat.attributes, {
		"gen_ai.operation.name": "chat",
		"gen_ai.provider.name": "llama.cpp",
		"gen_ai.request.model": "tiny",
		"gen_ai.request.max_tokens": 64,
		"gen_ai.request.temperature": 0.5,
		"gen_ai.request.top_p": 0.9,
		"gen_ai.request.top_k": 20,
		"gen_ai.request.seed": 7,
		"gen_ai.request.stop_sequences": ["END"],
		"gen_ai.request.frequency_penalty": 0.25,
		"gen_ai.request.presence_penalty": 0.75,
		"gen_ai.request.stream": true,
		"gen_ai.output.type": "text",
		"gen_ai.response.id": "chatcmpl-req-1",
		"gen_ai.response.model": "tiny",
		"gen_ai.response.finish_reasons": ["stop"],
		"gen_ai.response.time_to_first_chunk": chat.attributes["gen_ai.response.time_to_first_chunk"],
		"gen_ai.usage.input_tokens": 12,
		"gen_ai.usage.cache_read.input_tokens": 8,
		"gen_ai.usage.output_tokens": 5,
		"tsmpi.request.id": "req-1",
	});
	t.is(Math.round(Number(chat.attributes["gen_ai.response.time_to_first_chunk"]) * 1000), 20, "in seconds");
	for (const phase of phases) {
		t.is(phase.parentSpanId, chat.spanId);
		t.deepEqual(phase.attributes, { "tsmpi.rank": 1, "tsmpi.attempt": 1 });
		t.is(phase.traceId, server.traceId);
		t.true(phase.start >= chat.start && phase.end <= chat.end);
	}
	t.true(chat.start >= server.start && chat.end <= server.end);
	t.deepEqual(
		phases.map(({ start, end }) => Math.round(Number(end - start) / 1e6)),
		[5, 15, 30],
	);
	t.is(phases[0]?.end, phases[1]?.start);
	t.is(phases[1]?.end, phases[2]?.start);
	t.true(Math.abs(Number(server.start / 1_000_000n) - (Date.now() - performance.now() + from)) < 100);
	t.is(server.resource["service.name"], "tsmpi");
	t.notRegex(
		JSON.stringify(spans, (_, value) => (typeof value === "bigint" ? `${value}` : value)),
		/secret|Nothing/,
	);
});

test("a retry is a second group, linked to the first, whose last span says what failed", async (t) => {
	const from = performance.now() - 90;
	const died: Attempt = {
		...{ rank: 1, assignedMs: from + 5, endMs: from + 30 },
		failure: { code: "engine_died", message: "died" },
	};
	const again: Attempt = { rank: 2, assignedMs: from + 32, firstMs: from + 40, endMs: from + 80 };
	const spans = await spansOf(t, (tracing) => {
		const request = tracing.request({ ...arrival(), arrivedMs: from });
		tracing.ended(call(from, request), wellEnded(from, [died, again], from + 40));
		request?.finish(200);
	});
	const group = (attempt: number) =>
		spans.filter(({ attributes }) => attributes["tsmpi.attempt"] === attempt).map(({ name }) => name);
	t.deepEqual(group(1), ["queue", "prefill"]);
	t.deepEqual(group(2), ["queue", "prefill", "decode"]);
	const [failed] = spans.filter(({ status }) => status.code === 2);
	t.is(failed?.name, "prefill");
	t.is(failed?.attributes["error.type"], "engine_died");
	t.is(failed?.attributes["tsmpi.rank"], 1);
	const linked = spans.filter(({ links }) => links.length > 0);
	t.deepEqual(
		linked.map(({ name, attributes, links }) => [name, attributes["tsmpi.rank"], links]),
		["queue", "prefill", "decode"].map((name) => [name, 2, [failed?.spanId ?? ""]]),
	);
	t.is(linked[0]?.start, failed?.end);
});

test("an answer that goes whole is parted by what its rank says of the first token", async (t) => {
	const from = performance.now() - 60;
	const whole: Attempt = { rank: 0, assignedMs: from + 5, endMs: from + 50 };
	const spans = await spansOf(t, (tracing) => {
		const request = tracing.request(arrival());
		tracing.ended(call(from, request, { stream: false, kind: "/completion" }), wellEnded(from, [whole]));
		request?.finish(200);
	});
	const chat = named(spans, "text_completion tiny");
	t.false("gen_ai.request.stream" in chat.attributes);
	t.false("gen_ai.response.time_to_first_chunk" in chat.attributes);
	const decode = named(spans, "decode");
	t.is(Math.round(Number(decode.end - decode.start) / 1e6), 30);
});

test("what waited in vain, and a request that failed", async (t) => {
	const from = performance.now() - 60;
	const end: CallEnd = {
		failure: { code: "timeout", message: "Its time was over" },
		facts: {
			...{ arrivedMs: from, attempts: [], firstMs: undefined, lastMs: undefined },
			...{ endMs: from + 50, continued: 0, tokens: 0 },
		},
	};
	const spans = await spansOf(t, (tracing) => {
		const request = tracing.request(arrival());
		tracing.ended(call(from, request), end);
		request?.finish(504);
		request?.finish(200);
		tracing.request({ ...arrival(), id: "req-2", method: "GET", route: "/v1/models/:id" })?.finish(404);
	});
	t.is(spans.length, 4);
	const chat = named(spans, "chat tiny");
	t.deepEqual([chat.status.code, chat.attributes["error.type"]], [2, "timeout"]);
	const queue = named(spans, "queue");
	t.deepEqual([queue.status.code, queue.attributes["error.type"]], [2, "timeout"]);
	t.false("tsmpi.rank" in queue.attributes);
	const server = named(spans, "POST /v1/chat/completions");
	t.deepEqual(
		[server.status.code, server.attributes["error.type"]],
		[2, "timeout"],
		"more than the status says",
	);
	const missing = named(spans, "GET /v1/models/:id");
	t.deepEqual([missing.status.code, missing.attributes["error.type"]], [0, "404"], "the client's mistake");
});

test("a stream that broke is an error though its status was 200; a client that left is none", async (t) => {
	const spans = await spansOf(t, (tracing) => {
		tracing.request(arrival())?.finish(200, "interrupted");
		tracing.request({ ...arrival(), route: "/gone" })?.finish(499, "cancelled");
	});
	const broken = named(spans, "POST /v1/chat/completions");
	t.deepEqual([broken.status.code, broken.attributes["error.type"]], [2, "interrupted"]);
	const gone = named(spans, "POST /gone");
	t.deepEqual([gone.status.code, gone.attributes["error.type"]], [0, "cancelled"]);
});

test("a call that ends after its request, whose client has left, has its spans all the same", async (t) => {
	const from = performance.now() - 60;
	const spans = await spansOf(t, (tracing) => {
		const request = tracing.request(arrival());
		request?.finish(499, "cancelled");
		tracing.ended(call(from, request), wellEnded(from, [first(from)]));
	});
	t.is(named(spans, "chat tiny").parentSpanId, named(spans, "POST /v1/chat/completions").spanId);
});

test("prompts and answers only where the variable says so", async (t) => {
	const act = (tracing: Tracing) => {
		const from = performance.now();
		const request = tracing.request(arrival());
		tracing.ended(call(from, request), wellEnded(from, [first(from)]));
		request?.finish(200);
	};
	const silent = await spansOf(t, act, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "false" });
	t.false("gen_ai.input.messages" in named(silent, "chat tiny").attributes);
	const told = await spansOf(t, act, { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" });
	const { attributes } = named(told, "chat tiny");
	t.deepEqual(JSON.parse(`${attributes["gen_ai.input.messages"]}`), [
		{ role: "user", parts: [{ type: "text", content: "What is secret?" }] },
	]);
	t.deepEqual(JSON.parse(`${attributes["gen_ai.output.messages"]}`), [
		{ role: "assistant", parts: [{ type: "text", content: "Nothing." }], finish_reason: "stop" },
	]);
});

test("W3C's headers in and out, and the parent's word on sampling", async (t) => {
	const headers = { traceparent: PARENT, tracestate: "vendor=1,other=2" };
	const out: (string | undefined)[] = [];
	const spans = await spansOf(t, (tracing) => {
		const request = tracing.request(arrival(headers));
		out.push(request?.traceparent, request?.headers.traceparent, request?.headers.tracestate);
		request?.finish(200);
		const unsampled = tracing.request(arrival({ traceparent: PARENT.replace(/01$/, "00") }));
		out.push(unsampled?.traceparent);
		tracing.ended(call(0, unsampled), wellEnded(0, [first(0)]));
		unsampled?.finish(200);
		tracing.request(arrival({ traceparent: "00-nonsense" }))?.finish(200);
	});
	const [inside, fresh] = spans;
	t.is(spans.length, 2, "what the parent does not sample is not sent");
	t.is(inside?.traceId, "0af7651916cd43dd8448eb211c80319c");
	t.is(inside?.parentSpanId, "b7ad6b7169203331");
	const mine = `00-${inside?.traceId}-${inside?.spanId}-01`;
	t.deepEqual(out.slice(0, 3), [mine, mine, "vendor=1,other=2"]);
	t.regex(`${out[3]}`, /^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-00$/, "others are told, too");
	t.is(fresh?.parentSpanId, undefined);
});

test("embeddings, several choices, JSON, and the fields of an endpoint's request", async (t) => {
	const from = performance.now();
	const body = { max_tokens: 9, top_p: 0.1, temperature: 0.3, response_format: { type: "json_object" } };
	const open = { ...TASK, maxTokens: undefined, temperature: undefined, sampling: {}, n: 2, body };
	const spans = await spansOf(t, (tracing) => {
		const request = tracing.request(arrival());
		tracing.ended(call(from, request, {}, open), wellEnded(from, [first(from)]));
		const end = wellEnded(from, [first(from)]);
		const answer = { kind: "embedded", embeddings: [], promptTokens: 3, totalMs: 1 } as const;
		const embed = { ...call(from, request, { kind: "/v1/embeddings", stream: false }) };
		const task = { kind: "embed", texts: ["a"], base64: false } as const;
		tracing.ended({ ...embed, task }, { ...end, answer } as CallEnd);
		request?.finish(200);
	});
	const { attributes } = named(spans, "chat tiny");
	t.is(attributes["gen_ai.request.max_tokens"], 9);
	t.is(attributes["gen_ai.request.top_p"], 0.1);
	t.is(attributes["gen_ai.request.temperature"], 0.3);
	t.is(attributes["gen_ai.request.choice.count"], 2);
	t.is(attributes["gen_ai.output.type"], "json");
	t.false("gen_ai.request.top_k" in attributes);
	const embedded = named(spans, "embeddings tiny");
	t.is(embedded.attributes["gen_ai.usage.input_tokens"], 3);
	t.false("gen_ai.usage.output_tokens" in embedded.attributes);
});
