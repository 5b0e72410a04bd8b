import test from "ava";
import type { EndedFacts, MetricsSource } from "../../../src/llama/metrics/facts.ts";
import { ServingMetrics } from "../../../src/llama/metrics/serving.ts";
import { readExposition } from "./exposition.ts";

const SOURCE: MetricsSource = {
	ranks: () => [
		{ rank: 0, running: 2, waiting: 0, slots: 4, up: true },
		{ rank: 1, running: 0, waiting: 1, slots: 4, up: false },
	],
	queued: () => 5,
	queuedTokens: () => 700,
	connections: () => 9,
};

const FACTS: EndedFacts = {
	rank: 1,
	finishReason: "stop",
	arrivedMs: 1000,
	assignedMs: 1250,
	firstTokenMs: 2000,
	endMs: 4000,
	usage: { promptTokens: 30, cachedTokens: 10, completionTokens: 8 },
	maxTokens: 64,
	n: 2,
};

const metrics = (ranks = 2) => new ServingMetrics({ model: "tiny", ranks, source: SOURCE });
const read = (serving: ServingMetrics) => readExposition(serving.render());
const OF_1 = { model_name: "tiny", engine: "1" };

test("a request that ended is counted once in each of its metrics, for its rank", (t) => {
	const serving = metrics();
	serving.ended(FACTS);
	const page = read(serving);
	t.is(page.value("vllm:request_success_total", { ...OF_1, finished_reason: "stop" }), 1);
	t.is(page.value("vllm:request_success_total", { ...OF_1, finished_reason: "length" }), 0);
	t.is(page.value("vllm:prompt_tokens_total", OF_1), 30);
	t.is(page.value("vllm:generation_tokens_total", OF_1), 8);
	t.is(page.value("vllm:prefix_cache_queries_total", OF_1), 30);
	t.is(page.value("vllm:prefix_cache_hits_total", OF_1), 10);
	const sums = {
		e2e_request_latency_seconds: 3,
		request_queue_time_seconds: 0.25,
		request_prefill_time_seconds: 0.75,
		request_decode_time_seconds: 2,
		request_inference_time_seconds: 2.75,
		request_prompt_tokens: 30,
		request_generation_tokens: 8,
		request_params_max_tokens: 64,
		request_params_n: 2,
	};
	for (const [name, sum] of Object.entries(sums)) {
		t.is(page.value(`vllm:${name}_sum`, OF_1), sum, name);
		t.is(page.value(`vllm:${name}_count`, OF_1), 1, name);
		t.is(page.value(`vllm:${name}_count`, { ...OF_1, engine: "0" }), 0, name);
	}
	serving.close();
});

test("a request that nobody waited for is no success: only its tokens count", (t) => {
	const serving = metrics();
	serving.ended({ ...FACTS, finishReason: "abort" });
	serving.cancelled();
	const page = read(serving);
	const successes = page.lines.filter(({ name }) => name === "vllm:request_success_total");
	t.is(successes.length, 6);
	t.true(successes.every(({ value }) => value === 0));
	t.is(page.value("vllm:generation_tokens_total", OF_1), 8);
	t.is(page.value("vllm:e2e_request_latency_seconds_count", OF_1), 0);
	t.is(page.value("tsmpi:requests_cancelled_total"), 1);
	const failures = page.lines.filter(({ name }) => /refused|failed/.test(name));
	t.true(failures.every(({ value }) => value === 0));
	serving.close();
});

test("without a first token, prefill and decoding are not told apart", (t) => {
	const serving = metrics();
	const { firstTokenMs: _first, maxTokens: _most, ...facts } = FACTS;
	serving.ended(facts);
	const page = read(serving);
	t.is(page.value("vllm:request_prefill_time_seconds_count", OF_1), 0);
	t.is(page.value("vllm:request_decode_time_seconds_count", OF_1), 0);
	t.is(page.value("vllm:request_params_max_tokens_count", OF_1), 0);
	t.is(page.value("vllm:request_inference_time_seconds_count", OF_1), 1);
	serving.close();
});

test("a stream that another rank went on with has no prefill of its own", (t) => {
	const serving = metrics();
	serving.ended({ ...FACTS, firstTokenMs: 1100 });
	const page = read(serving);
	t.is(page.value("vllm:request_prefill_time_seconds_count", OF_1), 0);
	t.is(page.value("vllm:e2e_request_latency_seconds_sum", OF_1), 3);
	serving.close();
});

test("each event has its counter, by reasons that are known before", (t) => {
	const serving = metrics();
	serving.arrived();
	serving.refused("queue_full");
	serving.failed("engine_died");
	serving.retried();
	serving.continued();
	serving.broken();
	serving.engineRestarted(1);
	serving.overhead(0.002);
	// As a caller without types may.
	serving.refused("whatever a client sent" as "invalid");
	const page = read(serving);
	t.is(page.value("tsmpi:requests_arrived_total", { model_name: "tiny" }), 1);
	t.is(page.value("tsmpi:requests_refused_total", { reason: "queue_full" }), 1);
	t.is(page.value("tsmpi:requests_failed_total", { reason: "engine_died" }), 1);
	t.is(page.value("tsmpi:requests_retried_total"), 1);
	t.is(page.value("tsmpi:streams_continued_total"), 1);
	t.is(page.value("tsmpi:streams_broken_total"), 1);
	t.is(page.value("tsmpi:engine_restarts_total", OF_1), 1);
	t.is(page.value("tsmpi:gateway_overhead_seconds_sum"), 0.002);
	t.notRegex(serving.render(), /whatever/);
	serving.close();
});

test("tokens of a piece share the time since the piece before", (t) => {
	const serving = metrics();
	serving.firstToken(0, 0.05);
	serving.piece(0, 0.04);
	serving.piece(0, 0.12, 4);
	const page = read(serving);
	const of0 = { model_name: "tiny", engine: "0" };
	t.is(page.value("vllm:time_to_first_token_seconds_bucket", { ...of0, le: "0.04" }), 0);
	t.is(page.value("vllm:time_to_first_token_seconds_bucket", { ...of0, le: "0.06" }), 1);
	t.is(page.value("vllm:inter_token_latency_seconds_bucket", { ...of0, le: "0.025" }), 0);
	t.is(page.value("vllm:inter_token_latency_seconds_bucket", { ...of0, le: "0.05" }), 5);
	t.is(page.value("vllm:inter_token_latency_seconds_count", of0), 5);
	serving.close();
});

test("states are those of the moment; what waits for any rank has no engine", (t) => {
	const serving = metrics(0);
	const page = read(serving);
	t.is(page.value("vllm:num_requests_running", { engine: "0" }), 2);
	t.is(page.value("vllm:num_requests_waiting", { engine: "" }), 5);
	t.is(page.value("vllm:num_requests_waiting", { engine: "1" }), 1);
	t.is(page.value("tsmpi:rank_up", { engine: "0" }), 1);
	t.is(page.value("tsmpi:rank_up", { engine: "1" }), 0);
	t.is(page.value("tsmpi:slots", { engine: "1" }), 4);
	t.is(page.value("tsmpi:queue_tokens"), 700);
	t.is(page.value("tsmpi:open_connections"), 9);
	serving.close();
});

test("a rank's series come with its first event", (t) => {
	const serving = metrics(0);
	t.false(read(serving).lines.some(({ name }) => name === "vllm:prompt_tokens_total"));
	serving.firstToken(7, 1);
	t.is(read(serving).value("vllm:prompt_tokens_total", { engine: "7" }), 0);
	serving.close();
});

test("the process tells of itself", async (t) => {
	const serving = metrics();
	const page = read(serving);
	const now = Date.now() / 1000;
	const started = page.value("process_start_time_seconds") ?? 0;
	t.true(started > now - 3600 && started < now);
	t.true((page.value("process_cpu_seconds_total") ?? 0) > 0.01);
	t.true((page.value("process_resident_memory_bytes") ?? 0) > 1e7);
	t.is(page.types.get("tsmpi:event_loop_lag_seconds"), "summary");
	t.not(page.value("tsmpi:event_loop_lag_seconds_count"), undefined);
	serving.close();
});

test("histograms end with everything, and token counts are bounded by the context", (t) => {
	const serving = new ServingMetrics({ model: "m", ranks: 1, contextSize: 4096, source: SOURCE });
	serving.ended({ ...FACTS, rank: 0, usage: { promptTokens: 5000, cachedTokens: 0, completionTokens: 1 } });
	const page = read(serving);
	const bounds = page.lines
		.filter(({ name }) => name === "vllm:request_prompt_tokens_bucket")
		.map(({ labels: { le } }) => le);
	t.deepEqual(bounds, ["1", "2", "5", "10", "20", "50", "100", "200", "500", "1000", "2000", "+Inf"]);
	t.is(page.value("vllm:request_prompt_tokens_bucket", { le: "2000" }), 0);
	t.is(page.value("vllm:request_prompt_tokens_bucket", { le: "+Inf" }), 1);
	serving.close();
});

test("what engines say of themselves is told by rank, and nothing of another form", (t) => {
	const serving = metrics();
	serving.engineFigures(0, { "llamacpp:prompt_tokens_total": 7, "llamacpp:requests_processing": 1 });
	serving.engineFigures(1, {
		"llamacpp:prompt_tokens_total": 8,
		'llamacpp:spec_decode_num_accepted_tokens_per_pos_total{position="0"}': 3,
		'llamacpp:x{le="1"} 5\nevil': 1,
		"vllm:prompt_tokens_total": 9,
	});
	const page = read(serving);
	t.is(page.value("llamacpp:prompt_tokens_total", { rank: "0" }), 7);
	t.is(page.value("llamacpp:prompt_tokens_total", { rank: "1" }), 8);
	t.is(page.types.get("llamacpp:prompt_tokens_total"), "counter");
	t.is(page.types.get("llamacpp:requests_processing"), "gauge");
	const position = { rank: "1", position: "0" };
	t.is(page.value("llamacpp:spec_decode_num_accepted_tokens_per_pos_total", position), 3);
	t.is(page.lines.filter(({ name }) => name.startsWith("llamacpp:")).length, 4);
	serving.engineFigures(1, undefined);
	t.is(read(serving).value("llamacpp:prompt_tokens_total", { rank: "1" }), undefined);
	serving.close();
});
