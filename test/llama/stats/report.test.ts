import test from "ava";
import { formatReport, mergeStatistics, Recorder } from "../../../src/llama/index.ts";
import { engineInfo } from "../support/engines.ts";

/** Two ranks with known figures; the second has a failure. */
function example() {
	const statistics = [0, 1].map((rank) => {
		let now = 0;
		const recorder = new Recorder(() => now);
		for (const request of [1, 2, 3]) {
			recorder.started();
			now += 100 * (rank + 1);
			const usage = { promptTokens: 10, cachedTokens: rank, completionTokens: 5 };
			if (rank === 1 && request === 3) recorder.failed("Cannot run it");
			else recorder.succeeded(usage, { queueMs: 0, ttftMs: 20 * request, totalMs: 100 * request });
		}
		const engine =
			rank === 0
				? engineInfo()
				: engineInfo({
						device: "cuda",
						deviceName: "NVIDIA X",
						gpuLayers: 12,
						note: "started again: it died",
					});
		return recorder.result(rank, `host${rank}`, engine);
	});
	return mergeStatistics(statistics, { model: "m.gguf", modelNote: "a note", inflight: 2, wallMs: 1000 });
}

test("mergeStatistics() adds up the ranks and merges their distributions", (t) => {
	const report = example();
	t.like(report.total, {
		ok: 5,
		failed: 1,
		success_rate: 5 / 6,
		prompt_tokens: 50,
		cached_tokens: 2,
		completion_tokens: 25,
		busy_ms: 900,
		tokens_per_s: 25,
		requests_per_s: 5,
		e2e_ms: { count: 5, mean: 180, p50: 200, p95: 300, p99: 300, max: 300 },
		ttft_ms: { count: 5, mean: 36, p50: 40, p95: 60, p99: 60, max: 60 },
	});
	t.deepEqual(
		report.per_rank.map(({ rank, host, ok, failed, tokens_per_s }) => [rank, host, ok, failed, tokens_per_s]),
		[
			[0, "host0", 3, 0, 15],
			[1, "host1", 2, 1, 10],
		],
	);
	// 600 ms against a mean of 450.
	t.true(Math.abs((report.imbalance ?? 0) - 4 / 3) < 1e-12);
	t.deepEqual(report.errors, [{ reason: "Cannot run it", count: 1 }]);
	// A JSON file has no undefined: what is not known is not there.
	t.deepEqual(JSON.parse(JSON.stringify(report)), report);
});

test("mergeStatistics() of a job without requests divides by nothing", (t) => {
	const nothing = new Recorder().result(0, "h", engineInfo());
	const report = mergeStatistics([nothing], { model: "m", inflight: 1, wallMs: 0 });
	t.like(report.total, { ok: 0, success_rate: 1, tokens_per_s: 0, requests_per_s: 0 });
	t.is(report.imbalance, undefined);
	t.regex(formatReport(report), /^success {4}100 % \(0 of 0 requests, 0 failed\)$/m);
});

test("formatReport() puts success first, then who did what how fast", (t) => {
	const lines = formatReport(example()).split("\n");
	const definitions = lines.findIndex((line) => line.startsWith("E2E          "));
	t.is(
		lines.slice(0, definitions).join("\n"),
		`success    83.3 % (5 of 6 requests, 1 failed)
wall time  1.00 s on 2 ranks, 2 in flight on each
speed      25.0 tokens/s, 5.00 requests/s
tokens     50 in (2 cached), 25 out
imbalance  1.33
model      m.gguf
           a note
engine     node-llama-cpp, 4 slots of 2048 tokens

rank  success  ok  failed  in  cached  out  tokens/s  busy s  host   device
   0    100 %   3       0  30       0   15      15.0    0.30  host0  cpu: Some CPU, 2 threads
   1   66.6 %   2       1  20       2   10      10.0    0.60  host1  cuda: NVIDIA X, 12 layers
 all   83.3 %   5       1  50       2   25      25.0    0.90

ms     rank    mean     p50     p95     p99     max
E2E       0  200.00  200.00  300.00  300.00  300.00
E2E       1  150.00  100.00  200.00  200.00  200.00
E2E     all  180.00  200.00  300.00  300.00  300.00
TTFT      0   40.00   40.00   60.00   60.00   60.00
TTFT      1   30.00   20.00   40.00   40.00   40.00
TTFT    all   36.00   40.00   60.00   60.00   60.00
TPOT      0   40.00   40.00   60.00   60.00   60.00
TPOT      1   30.00   20.00   40.00   40.00   40.00
TPOT    all   36.00   40.00   60.00   60.00   60.00
queue     0    0.00    0.00    0.00    0.00    0.00
queue     1    0.00    0.00    0.00    0.00    0.00
queue   all    0.00    0.00    0.00    0.00    0.00
`,
	);
	t.is(
		lines.slice(-8).join("\n"),
		`
notes
  rank 1: started again: it died

errors
  1 x Cannot run it
1 of 6 requests failed: the job's exit code is 1
`,
	);
});

test("formatReport() never rounds a failure away", (t) => {
	const recorder = new Recorder();
	const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1 };
	for (let count = 0; count < 9999; count++) {
		recorder.started();
		recorder.succeeded(usage, { queueMs: 0, ttftMs: 1, totalMs: 1 });
	}
	recorder.started();
	recorder.failed("one");
	const statistics = recorder.result(0, "h", engineInfo());
	const text = formatReport(mergeStatistics([statistics], { model: "m", inflight: 1, wallMs: 1 }));
	t.regex(text, /^success {4}99\.9 % \(9999 of 10000 requests, 1 failed\)$/m);
});
