import test from "ava";
import type { Answer, BatchRequest } from "../../../../src/llama/index.ts";
import { BatchMetrics } from "../../../../src/llama/job/metrics/batch-metrics.ts";
import { readExposition } from "../../metrics/exposition.ts";
import { ANSWER, requestOf } from "../../support/replicas.ts";

const request = (id: number): BatchRequest => ({
	...requestOf(id),
	...{ requestKind: "plain", customId: `${id}`, fingerprint: "" },
});

/** Metrics of two ranks with two slots each, on a clock of the test's. */
function metricsOf() {
	let nowMs = 0;
	const metrics = new BatchMetrics({ model: "m", connections: () => 1, now: () => nowMs });
	metrics.begun([2, 2]);
	return {
		metrics,
		at: (ms: number) => {
			nowMs = ms;
		},
		read: () => readExposition(metrics.render()),
	};
}

const ENGINE_1 = { engine: "1" };

test("a request is counted from when it was submitted until its answer came", (t) => {
	const { metrics, at, read } = metricsOf();
	at(1000);
	metrics.submitted(request(0), undefined);
	metrics.submitted(request(1), 500);
	t.is(read().value("vllm:num_requests_waiting", { engine: "" }), 2);
	t.is(read().value("tsmpi:queue_tokens"), 200);
	at(3000);
	metrics.assigned(0, 1);
	t.is(read().value("vllm:num_requests_running", ENGINE_1), 1);
	t.is(read().value("tsmpi:queue_tokens"), 100);
	at(7000);
	metrics.ended({ request: request(0), rank: 1, answer: ANSWER });
	const page = read();
	t.is(page.value("vllm:num_requests_running", ENGINE_1), 0);
	t.is(page.value("vllm:e2e_request_latency_seconds_sum", ENGINE_1), 6);
	t.is(page.value("vllm:request_queue_time_seconds_sum", ENGINE_1), 2);
	// The rank says that 1 ms passed between its first token and its last.
	t.is(page.value("vllm:time_to_first_token_seconds_sum", ENGINE_1), 5.999);
	t.is(page.value("vllm:request_decode_time_seconds_sum", ENGINE_1), 0.001);
	t.is(page.value("vllm:inter_token_latency_seconds_count", ENGINE_1), 2);
	t.is(page.value("vllm:inter_token_latency_seconds_sum", ENGINE_1), 0.001);
	t.is(page.value("vllm:request_success_total", { ...ENGINE_1, finished_reason: "stop" }), 1);
	t.is(page.value("vllm:generation_tokens_total", ENGINE_1), 3);
	t.is(page.value("tsmpi:requests_arrived_total"), 2);
	t.is(page.value("tsmpi:requests_retried_total"), 0);
	// One that is due at a time of its own counts from there.
	metrics.assigned(1, 1);
	metrics.ended({ request: request(1), rank: 1, answer: ANSWER });
	t.is(read().value("vllm:e2e_request_latency_seconds_sum", ENGINE_1), 12.5);
	metrics.close();
});

test("what a dead engine had waits again, and its next rank is a retry", (t) => {
	const { metrics, read } = metricsOf();
	for (const id of [0, 1, 2]) {
		metrics.submitted(request(id), undefined);
		metrics.assigned(id, 1);
	}
	t.is(read().value("vllm:num_requests_running", ENGINE_1), 2);
	t.is(read().value("vllm:num_requests_waiting", ENGINE_1), 1);
	metrics.heard(1, { type: "down", running: [0, 1] });
	t.is(read().value("vllm:num_requests_waiting", { engine: "" }), 3);
	t.is(read().value("vllm:num_requests_running", ENGINE_1), 0);
	t.is(read().value("tsmpi:rank_up", ENGINE_1), 0);
	metrics.assigned(0, 0);
	t.is(read().value("tsmpi:requests_retried_total"), 1);
	metrics.heard(1, { type: "up" });
	t.is(read().value("tsmpi:rank_up", ENGINE_1), 1);
	t.is(read().value("tsmpi:engine_restarts_total", ENGINE_1), 1);
	metrics.heard(1, { type: "figures", figures: { "llamacpp:n_decode_total": 4 } });
	t.is(read().value("llamacpp:n_decode_total", { rank: "1" }), 4);
	metrics.lost(1);
	t.is(read().value("tsmpi:rank_up", ENGINE_1), 0);
	t.is(read().value("llamacpp:n_decode_total", { rank: "1" }), undefined);
	metrics.close();
});

test("a failure is counted by what it is: the client's mistake is a refusal", (t) => {
	const { metrics, read } = metricsOf();
	const failed = (id: number, code: "prompt_too_long" | "timeout" | "engine_died" | "model_not_found") => {
		metrics.submitted(request(id), undefined);
		metrics.assigned(id, 0);
		metrics.ended({ request: request(id), rank: 0, failure: { code, message: "" } });
	};
	failed(0, "prompt_too_long");
	failed(1, "timeout");
	failed(2, "engine_died");
	// A line that was never submitted.
	const line = { id: 3, batch: true, customId: null, fingerprint: "", number: 4 };
	const bad = { code: "invalid_json", message: "" } as const;
	metrics.ended({ request: { ...line, ...bad }, rank: null, failure: bad });
	const page = read();
	t.is(page.value("tsmpi:requests_refused_total", { reason: "invalid" }), 2);
	t.is(page.value("tsmpi:requests_failed_total", { reason: "deadline" }), 1);
	t.is(page.value("tsmpi:requests_failed_total", { reason: "engine_died" }), 1);
	t.is(page.value("tsmpi:requests_arrived_total"), 4);
	t.is(page.value("vllm:num_requests_running", { engine: "0" }), 0);
	t.is(page.value("vllm:num_requests_waiting", { engine: "" }), 0);
	metrics.close();
});

test("embeddings have prompt tokens and no first token; each choice has its own times between tokens", (t) => {
	const { metrics, read } = metricsOf();
	const ended = (id: number, answer: Answer, task?: BatchRequest["task"]) => {
		metrics.submitted(request(id), undefined);
		metrics.assigned(id, 0);
		metrics.ended({ request: { ...request(id), ...(task && { task }) }, rank: 0, answer });
	};
	ended(
		0,
		{ kind: "embedded", embeddings: [], promptTokens: 9, totalMs: 3 },
		{ kind: "embed", texts: ["a"], base64: false },
	);
	const of0 = { engine: "0" };
	t.is(read().value("vllm:prompt_tokens_total", of0), 9);
	t.is(read().value("vllm:time_to_first_token_seconds_count", of0), 0);
	t.is(read().value("vllm:request_success_total", { ...of0, finished_reason: "stop" }), 1);
	if (ANSWER.kind !== "generated") return t.fail();
	const [choice] = ANSWER.choices;
	if (choice === undefined) return t.fail();
	const single = { ...choice, usage: { ...choice.usage, completionTokens: 1 } };
	ended(1, { ...ANSWER, choices: [choice, choice, single] });
	t.is(read().value("vllm:inter_token_latency_seconds_count", of0), 4);
	metrics.close();
});
