import test, { type ExecutionContext } from "ava";
import { type RunOptions, runRequest } from "../../../src/llama/load/client/run-request.ts";
import { serverInfo } from "../../../src/llama/load/server.ts";
import { mergeStatistics } from "../../../src/llama/measure/merge-statistics.ts";
import { Recorder, type RecorderOptions } from "../../../src/llama/measure/recorder.ts";
import { type Reply, startChatServer } from "../support/chat-server.ts";

const BODY = { messages: [{ role: "user", content: "hello" }], max_tokens: 5 };

/** Sends a request for each reply, one after the other, and gives what was recorded. */
async function runAll(
	t: ExecutionContext,
	replies: readonly Reply[],
	{ options = {}, recorded = {} }: { options?: Partial<RunOptions>; recorded?: RecorderOptions } = {},
) {
	const server = await startChatServer((_, index) => replies[index] ?? {});
	t.teardown(() => server.close());
	const recorder = new Recorder(recorded);
	const remarks = { uncounted: 0, retried: 0, unsent: 0 };
	const target = { base: server.url, keepAlive: true };
	const run = {
		target,
		stream: true,
		timeoutMs: undefined,
		retries: 0,
		signal: new AbortController().signal,
		...options,
	};
	const texts: (string | undefined)[] = [];
	for (let index = 0; index < replies.length; index++) {
		const request = { path: "/v1/chat/completions", body: BODY } as const;
		texts.push(await runRequest(request, recorder, remarks, { index }, run));
		if (server.asked.length >= replies.length) break;
	}
	const info = serverInfo({ target, model: "small", wordsPerToken: 1 });
	const statistics = recorder.result(0, "here", info);
	return { server, texts, remarks, statistics, report: mergeStatistics([statistics]) };
}

test("a stream is measured from its pieces, and its tokens are those of the usage", async (t) => {
	const { report, texts, server } = await runAll(t, [{ tokens: 5, paceMs: 20 }]);
	t.deepEqual(texts, ["word word word word word "]);
	const { total } = report;
	t.like(total, { ok: 1, failed: 0, prompt_tokens: 7, cached_tokens: 2, completion_tokens: 5 });
	t.like(total.cut, { texts: 1, max_tokens: 1 });
	const [ttft = 0, e2e = 0] = [total.ttft_ms.mean, total.e2e_ms.mean];
	// A timer may be a millisecond early, and the first piece may be seen late.
	t.true(ttft >= 19 && ttft < e2e && e2e >= 5 * 19, `${ttft} ${e2e}`);
	t.is(total.itl_ms.count, 4);
	t.true(Math.abs((total.tpot_ms.mean ?? 0) - (e2e - ttft) / 4) < 1e-6);
	t.like(server.asked[0]?.body, { ...BODY, stream: true, stream_options: { include_usage: true } });
});

test("without a usage, tokens are counted in pieces, and that is said", async (t) => {
	const { report, remarks } = await runAll(t, [{ tokens: 4, usage: false }, {}]);
	t.is(report.total.completion_tokens, 4 + 3);
	t.is(remarks.uncounted, 1);
});

test("each way to fail is a failure with a name, and none is a success", async (t) => {
	const { report, texts } = await runAll(t, [
		{ status: 429, error: { error: { message: "the queue is full", code: "queue_full" } } },
		{ status: 429, error: { error: { message: "slower", type: "rate_limit_error", code: 429 } } },
		{ status: 500, error: "no JSON of an error" },
		{ end: "cut" },
		{ end: "short" },
		{ end: "error" },
		{},
	]);
	t.is(texts.filter((text) => text !== undefined).length, 1);
	t.like(report.total, { ok: 1, failed: 6 });
	const found = report.errors.map(({ code, param, count }) => [code, param, count]);
	for (const expected of [
		["http_429", "queue_full", 1],
		["http_429", "rate_limit_error", 1],
		["http_500", undefined, 1],
		["broken_stream", undefined, 2],
		["error_event", "engine_died", 1],
	]) {
		t.true(
			found.some((each) => JSON.stringify(each) === JSON.stringify(expected)),
			`${JSON.stringify(expected)} of ${JSON.stringify(found)}`,
		);
	}
});

test("nobody listens: no connection", async (t) => {
	const recorder = new Recorder();
	const server = await startChatServer();
	server.close();
	await runRequest(
		{ path: "/v1/completions", body: {} },
		recorder,
		{ uncounted: 0, retried: 0, unsent: 0 },
		{ index: 0 },
		{
			target: { base: server.url },
			stream: true,
			timeoutMs: undefined,
			retries: 0,
			signal: new AbortController().signal,
		},
	);
	const { errors } = recorder.result(
		0,
		"",
		serverInfo({ target: { base: server.url }, model: "", wordsPerToken: 1 }),
	);
	t.like(errors[0], { code: "no_connection", param: "ECONNREFUSED", count: 1 });
});

test("retries run again what may pass, and only before the first token", async (t) => {
	const busy = { status: 429, headers: { "retry-after": "0" } };
	const { report, remarks, server } = await runAll(t, [busy, busy, {}], { options: { retries: 2 } });
	t.like(report.total, { ok: 1, failed: 0 });
	t.is(remarks.retried, 2);
	t.is(server.asked.length, 3);
	// A mistake stays one, and so does a stream that has begun.
	for (const reply of [{ status: 400 }, { end: "cut" }] as const) {
		const other = await runAll(t, [reply], { options: { retries: 2 } });
		t.like(other.report.total, { ok: 0, failed: 1 });
		t.is(other.remarks.retried, 0);
	}
});

test("a request that takes longer than it may has timed out", async (t) => {
	const { report } = await runAll(t, [{ end: "hang" }], { options: { timeoutMs: 100 } });
	t.like(report.errors[0], { code: "timeout", count: 1 });
});

test("whole answers have an end, and neither a first token nor gaps", async (t) => {
	const { report, server } = await runAll(t, [{ tokens: 4, paceMs: 10 }], {
		options: { stream: false },
		recorded: { streamed: false },
	});
	t.is(server.asked[0]?.body.stream, undefined);
	const { total } = report;
	t.like(total, { ok: 1, completion_tokens: 4 });
	t.true((total.e2e_ms.mean ?? 0) >= 39);
	t.deepEqual([total.ttft_ms.count, total.tpot_ms.count, total.itl_ms.count], [0, 0, 0]);
});
