import test from "ava";
import { formatReport, mergeStatistics } from "../../../src/llama/index.ts";
import { Recorder } from "../../../src/llama/measure/recorder.ts";
import { parseSlo } from "../../../src/llama/measure/slo.ts";
import { engineInfo } from "../support/engines.ts";
import { recorded } from "../support/statistics.ts";

const requests = [1, 2, 3].map((request) => ({ totalMs: 100 * request, ttftMs: 20 * request }));

test("mergeStatistics() adds up the ranks and merges their distributions", (t) => {
	const failing = [...requests.slice(0, 2), { totalMs: 300, error: "Cannot run it" }];
	const ranks = [
		recorded(0, requests),
		recorded(
			1,
			failing.map((request) => ({ ...request, cached: 1 })),
		),
	];
	const report = mergeStatistics(ranks, { model: "m.gguf", modelNote: "a note", inflight: 2 });
	t.like(report, {
		schema_version: 2,
		model: "m.gguf",
		model_note: "a note",
		ranks: 2,
		inflight: 2,
		wall_ms: 600,
	});
	t.like(report.total, {
		ok: 5,
		failed: 1,
		success_rate: 5 / 6,
		prompt_tokens: 50,
		cached_tokens: 2,
		completion_tokens: 25,
		busy_ms: 1200,
		tokens_per_s: 25_000 / 600,
		requests_per_s: 5000 / 600,
		e2e_ms: { count: 5, mean: 180, std: Math.sqrt(5600), p50: 200, p95: 300, p99: 300, max: 300 },
		ttft_ms: { count: 5, mean: 36, std: Math.sqrt(224), p50: 40, p95: 60, p99: 60, max: 60 },
	});
	// Five tokens have four gaps.
	t.like(report.total.itl_ms, { count: 20, p50: 40, max: 60 });
	t.is(report.total.good, undefined);
	t.deepEqual(
		report.per_rank.map(({ rank, host, ok, failed, completion_tokens }) => [
			rank,
			host,
			ok,
			failed,
			completion_tokens,
		]),
		[
			[0, "host0", 3, 0, 15],
			[1, "host1", 2, 1, 10],
		],
	);
	// 15 tokens against a mean of 12.5; both are busy all the time.
	t.is(report.imbalance, 1.2);
	t.is(report.busy_imbalance, 1);
	t.deepEqual(report.errors, [{ code: "generate", reason: "Cannot run it", count: 1 }]);
	t.deepEqual(report.missed, ["1 of 6 requests failed: --min-success is 100 %"]);
	// A JSON file has no undefined: what is not known is not there.
	t.deepEqual(JSON.parse(JSON.stringify(report)), report);
});

test("mergeStatistics() takes the wall time on rank 0's clock, or each rank's own where clocks are unknown", (t) => {
	const early = recorded(0, requests, { startMs: 5000 });
	const late = recorded(1, requests, { startMs: 100 });
	const context = { model: "m", inflight: 1 };
	t.is(mergeStatistics([early, late], context).wall_ms, 600);
	const aligned = [
		{ ...early, clock: { offsetMs: 0, errorMs: 0 } },
		// Its 100 is rank 0's 5150.
		{ ...late, clock: { offsetMs: 5050, errorMs: 0.25 } },
	];
	const report = mergeStatistics(aligned, context);
	t.is(report.wall_ms, 750);
	t.deepEqual(
		report.per_rank.map((rank) => rank.clock_error_ms),
		[0, 0.25],
	);
});

test("mergeStatistics() of a job without requests divides by nothing", (t) => {
	const nothing = new Recorder().result(0, "h", engineInfo());
	const report = mergeStatistics([nothing], { model: "m", inflight: 1, slo: parseSlo("ttft=1") });
	t.like(report.total, { ok: 0, success_rate: 1, tokens_per_s: 0, requests_per_s: 0 });
	t.like(report, { wall_ms: 0, imbalance: undefined, missed: [] });
});

test("mergeStatistics() with an SLO and with less than all to succeed says what was missed", (t) => {
	const slo = parseSlo("e2e=200,share=60");
	const run = (share: number, minSuccess: number, error?: string) => {
		const wanted = { ...slo, share };
		const all = [...requests, ...(error === undefined ? [] : [{ totalMs: 400, error }])];
		const ranks = [recorded(0, all, { slo: wanted })];
		return mergeStatistics(ranks, { model: "m", inflight: 1, slo: wanted, minSuccess });
	};
	const met = run(60, 100);
	t.like(met.total, { good: 2, good_share: 2 / 3, goodput: 2000 / 600 });
	t.like(met.slo, { e2e: 200, share: 60, text: "E2E 200 ms" });
	t.deepEqual(met.missed, []);
	t.deepEqual(run(70, 100).missed, ["2 of 3 requests (66.6 %) were within E2E 200 ms: --slo wants 70 %"]);
	// A failed request is not good: 2 of 4.
	t.deepEqual(run(60, 75, "no").missed, [
		"2 of 4 requests (50.0 %) were within E2E 200 ms: --slo wants 60 %",
	]);
	t.deepEqual(run(50, 75, "no").missed, []);
	t.deepEqual(run(50, 76, "no").missed, ["1 of 4 requests failed: --min-success is 76 %"]);
});

test("mergeStatistics() adds up what was measured of the prompt cache", (t) => {
	const part = (cold: number, warm: number) => ({
		cold: recorded(0, [{ totalMs: cold }]).digests.e2e,
		warm: recorded(0, [{ totalMs: warm }]).digests.e2e,
		...{ promptTokens: 10, coldCachedTokens: 1, warmCachedTokens: 9, failed: 0 },
	});
	const ranks = [
		{ ...recorded(0, requests), cache: part(100, 10) },
		{ ...recorded(1, requests), cache: part(200, 30) },
	];
	const { total, per_rank: perRank } = mergeStatistics(ranks, { model: "m", inflight: 1 });
	t.like(total.cache, { prompt_tokens: 20, cold_cached_tokens: 2, warm_cached_tokens: 18, failed: 0 });
	t.like(total.cache?.cold_ttft_ms, { count: 2, mean: 150 });
	t.like(perRank[1]?.cache?.warm_ttft_ms, { count: 1, mean: 30 });
});

test("mergeStatistics() takes no answer for a success that is not in the output", (t) => {
	const delivery = { retried: 0, requeued: 0, lost: 1, duplicate: 0 };
	const report = mergeStatistics([recorded(0, requests)], { delivery });
	t.is(report.total.success_rate, (requests.length - 1) / requests.length);
	t.deepEqual(report.missed, [`1 of ${requests.length} requests have no line in the output`]);
	t.regex(formatReport(report), /^success +66\.6 % /);
});
