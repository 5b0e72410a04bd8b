import test from "ava";
import { formatReport, mergeStatistics, type RankStatistics } from "../../../src/llama/index.ts";
import { Recorder } from "../../../src/llama/measure/recorder.ts";
import { engineInfo } from "../support/engines.ts";
import { recorded } from "../support/statistics.ts";

/** Two ranks with known figures; the second has a failure. */
function example(): RankStatistics[] {
	const requests = [1, 2, 3].map((request) => ({ totalMs: 100 * request, ttftMs: 20 * request }));
	const gpu = {
		device: "cuda",
		deviceName: "NVIDIA X",
		gpuLayers: 12,
		note: "started again: it died",
	} as const;
	const failing = [...requests.slice(0, 2), { totalMs: 300, error: "Cannot run it" }];
	return [
		recorded(0, requests),
		recorded(
			1,
			failing.map((request) => ({ ...request, cached: 1 })),
			{ engine: gpu },
		),
	];
}
const context = { model: "m.gguf", modelNote: "a note", inflight: 2 };

test("formatReport() puts success first, then who did what how fast", (t) => {
	const lines = formatReport(mergeStatistics(example(), context)).split("\n");
	const notes = lines.indexOf("notes");
	t.is(
		lines.slice(0, notes).join("\n"),
		`success    83.3 % (5 of 6 requests, 1 failed)
wall time  0.60 s on 2 ranks, 2 in flight on each
speed      41.7 tokens/s, 8.33 requests/s
tokens     50 in (2 cached), 25 out
imbalance  1.20 by tokens out, 1.00 by busy time
model      m.gguf
           a note
engine     node-llama-cpp, 4 slots of 2048 tokens

rank  success  ok  failed  in  cached  out  tokens/s  busy s  host   device
   0    100 %   3       0  30       0   15      25.0    0.60  host0  cpu: Some CPU, 2 threads
   1   66.6 %   2       1  20       2   10      16.7    0.60  host1  cuda: X, 12 layers
 all   83.3 %   5       1  50       2   25      41.7    1.20

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
ITL       0   40.00   40.00   60.00   60.00   60.00
ITL       1   30.00   20.00   40.00   40.00   40.00
ITL     all   36.00   40.00   60.00   60.00   60.00
queue     0    0.00    0.00    0.00    0.00    0.00
queue     1    0.00    0.00    0.00    0.00    0.00
queue   all    0.00    0.00    0.00    0.00    0.00
`,
	);
	t.is(
		lines.slice(-9).join("\n"),
		`notes
  rank 1: started again: it died

errors
  1 x generate: Cannot run it

1 of 6 requests failed: --min-success is 100 %
the job's exit code is 1
`,
	);
});

test("formatReport() shows what else was asked for and measured", (t) => {
	const slo = { e2e: 200, share: 50 };
	const uuid = "GPU-4f1b9885-65e9-1d0a-22e1-e0c507aef43d";
	const gpu = { uuid, name: "NVIDIA X", memoryTotal: 81920, memoryPeak: 2560, utilisation: 87.4 };
	const [first, second] = example();
	if (first === undefined || second === undefined) return t.fail();
	const cold = recorded(0, [{ totalMs: 100 }]).digests.e2e;
	const warm = recorded(0, [{ totalMs: 10 }]).digests.e2e;
	const cache = { cold, warm, promptTokens: 20, coldCachedTokens: 1, warmCachedTokens: 19, failed: 0 };
	const ranks = [
		{ ...first, good: 2, cache, clock: { offsetMs: 0, errorMs: 0 } },
		{
			...second,
			good: 1,
			cache,
			gpus: [gpu],
			clock: { offsetMs: 3, errorMs: 0.128 },
		},
	];
	const delivery = { retried: 1, requeued: 2, lost: 0, duplicate: 0 };
	const report = mergeStatistics(ranks, { ...context, slo, delivery, load: "open loop: 5 requests/s" });
	const text = formatReport({ ...report, speedup: 1.87 });
	for (const line of [
		"delivery   1 retried, 2 requeued, 0 lost, 0 duplicate",
		"load       open loop: 5 requests/s",
		"speed-up   1.87 times one rank",
		"goodput    4.98 requests/s: 50.0 % within E2E 200 ms (50 % wanted)",
		"clocks     aligned between ranks within 0.13 ms",
		"rank  success  ok  failed  in  cached  out  tokens/s  busy s  VRAM GiB  GPU %  host   device",
		"   0    100 %   3       0  30       0   15      24.9    0.60         -      -  host0  cpu: Some CPU, 2 threads",
		"   1   66.6 %   2       1  20       2   10      16.6    0.60       2.5     87  host1  cuda: X GPU-4f1b9885, 12 layers",
		"prompt cache, measured before the run",
		"TTFT ms  rank    mean     p50     p95     p99     max  cached",
		"cold      all  100.00  100.00  100.00  100.00  100.00   5.0 %",
		"warm      all   10.00   10.00   10.00   10.00   10.00  95.0 %",
	]) {
		t.true(text.includes(`${line}\n`), `${line}\n\n${text}`);
	}
});

test("formatReport() of many ranks stays readable: no wide lines, the slowest rank's latencies only", (t) => {
	const deviceName = "A processor with a name that does not fit any line of any table of any report";
	const ranks = Array.from({ length: 70 }, (_, rank) =>
		recorded(rank, [{ totalMs: rank === 33 ? 900 : 100 }], { engine: { deviceName } }),
	);
	const lines = formatReport(mergeStatistics(ranks, context)).split("\n");
	t.deepEqual(
		lines.filter((line) => line.length > 120),
		[],
	);
	t.deepEqual(
		lines.filter((line) => line.startsWith("E2E  ")).map((line) => line.split(/ +/).slice(0, 2)),
		[
			["E2E", "33"],
			["E2E", "all"],
		],
	);
	t.true(lines.includes("  +6") && lines.some((line) => line.startsWith("(of the ranks only")));
});

test("formatReport() never rounds a failure away", (t) => {
	const recorder = new Recorder();
	const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 1 };
	for (let index = 0; index < 9999; index++) {
		recorder.begin({ index }).succeeded(usage, { queueMs: 0, ttftMs: 1, totalMs: 1 });
	}
	recorder.begin({ index: 9999 }).failed({ code: "generate", message: "one" });
	const statistics = recorder.result(0, "h", engineInfo());
	const text = formatReport(mergeStatistics([statistics], { model: "m", inflight: 1 }));
	t.regex(text, /^success {4}99\.9 % \(9999 of 10000 requests, 1 failed\)$/m);
});

test("formatReport() claims nothing of what an endpoint computes on", (t) => {
	const engine = {
		kind: "endpoint",
		device: "unknown",
		deviceName: "127.0.0.1:8101",
		contextSize: 0,
	} as const;
	const text = formatReport(mergeStatistics([recorded(0, [{ totalMs: 5 }], { engine })], context));
	t.regex(text, /^ {3}0 .* host0 {2}127\.0\.0\.1:8101$/m);
	t.regex(text, /^engine +endpoint, 4 slots$/m);
	t.true(
		text.split("\n").every((line) => line.length < 90),
		text,
	);
});
