import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import test, { type ExecutionContext } from "ava";
import type { Report } from "../../../src/llama/index.ts";
import { tsmpirun } from "../../support/run.ts";
import { SCHED, withoutProgress } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
const path = (name: string) => join(folder, name);
const readJson = <T>(name: string) => JSON.parse(readFileSync(path(name), "utf8")) as T;

function run(t: ExecutionContext, ranks: number, ...options: string[]) {
	return tsmpirun(t, ["-np", `${ranks}`, SCHED, "--max-tokens", "16", ...options]);
}

test("--json, --md, --html and --trace write the same run, and --measure-cache what the cache is worth", async (t) => {
	const { code, stdout, stderr } = await run(
		t,
		2,
		...[
			"--requests",
			"30",
			"--inflight",
			"3",
			"--warmup",
			"3",
			"--measure-cache",
			"--slo",
			"e2e=600000,share=100",
		],
		...["--json", path("r.json"), "--md", path("r.md"), "--html", path("r.html"), "--trace", path("t.json")],
	);
	t.deepEqual([code, withoutProgress(stderr)], [0, ""]);
	type Json = Report & Readonly<Record<string, number>>;
	const json = readJson<Json>("r.json");
	const { total } = json;
	// The names of vLLM's benchmark, beside our own.
	t.like(json, {
		...{ schema_version: 2, completed: 30, failed: 0, num_prompts: 30 },
		...{ total_input_tokens: total.prompt_tokens, total_output_tokens: total.completion_tokens },
		...{ output_throughput: total.tokens_per_s, request_throughput: total.requests_per_s },
		...{ request_goodput: total.requests_per_s, duration: json.wall_ms / 1000 },
		...{ mean_ttft_ms: total.ttft_ms.mean, median_tpot_ms: total.tpot_ms.p50, p99_itl_ms: total.itl_ms.p99 },
		...{ std_e2el_ms: total.e2e_ms.std, p95_e2el_ms: total.e2e_ms.p95 },
	} as Partial<Json>);
	t.true(
		Math.abs(
			(json.total_token_throughput ?? 0) * (json.wall_ms / 1000) -
				(total.prompt_tokens + total.completion_tokens),
		) < 1e-6,
	);
	t.like(total, { good: 30, good_share: 1 });
	t.true(total.itl_ms.count > 0 && (total.itl_ms.mean ?? 0) > 0);

	// Eight prompts on each rank, of which three were warmed up: made new, they share no more than the BOS token.
	const { cache } = total;
	t.is(cache?.cold_ttft_ms.count, 16);
	t.true((cache?.cold_cached_tokens ?? 1e9) < 0.2 * (cache?.prompt_tokens ?? 0), JSON.stringify(cache));
	t.true((cache?.warm_cached_tokens ?? 0) > 0.8 * (cache?.prompt_tokens ?? 0), JSON.stringify(cache));
	t.regex(stdout, /^warm +all .* 9\d\.\d %$/m);
	t.regex(stdout, /^goodput +\d+\.\d\d requests\/s: 100 % within E2E 600000 ms \(100 % wanted\)$/m);

	t.regex(readFileSync(path("r.md"), "utf8"), /^\| all \| 100 % \| 30 \| 0 \|/m);
	t.true(readFileSync(path("r.html"), "utf8").includes("30 of 30 requests"));
	interface Event {
		readonly name: string;
		readonly ph: string;
		readonly pid: number;
		readonly tid: number;
		readonly ts: number;
		readonly dur: number;
		readonly args?: Readonly<Record<string, number>>;
	}
	const { traceEvents } = readJson<{ traceEvents: Event[] }>("t.json");
	const requests = traceEvents.filter(({ name, ph }) => ph === "X" && name.startsWith("request "));
	t.deepEqual(
		requests.map(({ name }) => Number(name.slice(8))).sort((a, b) => a - b),
		Array.from({ length: 30 }, (_, index) => index),
	);
	t.true(requests.every(({ ts, dur }) => ts >= 0 && dur > 0 && ts + dur <= json.wall_ms * 1000 + 1000));
	t.deepEqual([...new Set(requests.map(({ pid }) => pid))].sort(), [0, 1]);
	// Three in flight: three rows.
	t.true(requests.every(({ tid }) => tid >= 0 && tid < 3));
	// Prefill and decode fill a request, and nothing of a slot overlaps.
	const decode = traceEvents.filter(({ name }) => name === "decode");
	t.is(decode.length, 30);
	for (const request of requests) {
		const inside = decode.find(
			({ pid, tid, ts }) =>
				pid === request.pid && tid === request.tid && ts >= request.ts && ts < request.ts + request.dur,
		);
		t.true(inside !== undefined && Math.abs(inside.ts + inside.dur - request.ts - request.dur) <= 2);
	}
	const counted = traceEvents.filter(({ name }) => name === "throughput");
	t.true(counted.some(({ args }) => (args?.["tokens/s"] ?? 0) > 0));
});

test("--slo and --min-success that are missed say so and end the job with 1", async (t) => {
	const missed = await run(t, 1, "--requests", "4", "--slo", "ttft=0.001,share=50");
	t.is(missed.code, 1);
	t.true(
		missed.stdout.endsWith(
			"\n0 of 4 requests (0.0 %) were within TTFT 0.001 ms: --slo wants 50 %\nthe job's exit code is 1\n",
		),
		missed.stdout,
	);
	// Prompts that do not fit fail; half of them may.
	const prompts = ["--prompts", path("p.txt"), "--ctx-size", "64"];
	writeFileSync(path("p.txt"), `short\n${"long ".repeat(100)}\n`);
	t.is((await run(t, 1, ...prompts)).code, 1);
	const half = await run(t, 1, ...prompts, "--min-success", "50");
	t.is(half.code, 0);
	t.regex(half.stdout, /^success +50\.0 % \(1 of 2 requests, 1 failed\)$/m);
});

test("--rate sends requests when they are due, and the report says so", async (t) => {
	const { code, stdout } = await run(
		t,
		2,
		"--requests",
		"20",
		"--rate",
		"40",
		"--burstiness",
		"inf",
		"--json",
		path("rate.json"),
	);
	t.is(code, 0);
	// The last is due after half a second.
	t.true(readJson<Report>("rate.json").wall_ms >= 475);
	t.regex(stdout, /^load +open loop: 40 requests\/s, evenly; latency counts from when a request was due$/m);
});

test("--sweep np runs on that many of the ranks, and compares with one", async (t) => {
	const { code, stdout, stderr } = await run(
		t,
		3,
		"--requests",
		"12",
		"--sweep",
		"np=1,3",
		"--json",
		path("np.json"),
		"--md",
		path("np.md"),
	);
	t.deepEqual([code, withoutProgress(stderr)], [0, "np=1 (1 of 2)\nnp=3 (2 of 2)\n"]);
	const { sweep, runs } = readJson<{ sweep: string; runs: (Report & { setting: string })[] }>("np.json");
	t.is(sweep, "np");
	t.deepEqual(
		runs.map(({ setting, ranks, total }) => [setting, ranks, total.ok]),
		[
			["1", 1, 12],
			["3", 3, 12],
		],
	);
	const [one, three] = runs;
	t.is(one?.speedup, 1);
	t.is(three?.speedup, (three?.total.tokens_per_s ?? 0) / (one?.total.tokens_per_s ?? 1));
	const rows = stdout.split("\n").map((line) => line.trim().split(/ {2,}/));
	const header = rows.findIndex(([first]) => first === "np");
	t.deepEqual(rows[header]?.slice(0, 6), ["np", "success", "wall s", "requests/s", "tokens/s", "speed-up"]);
	t.deepEqual(
		rows.slice(header + 1, header + 3).map((row) => [row[0], row[1], row[5]]),
		[
			["1", "100 %", "1.00"],
			["3", "100 %", three?.speedup?.toFixed(2)],
		],
	);
	t.is(
		readFileSync(path("np.md"), "utf8")
			.split("\n")
			.filter((line) => line.startsWith("|")).length,
		4,
	);
});

test("--sweep inflight gives each run engines with as many slots; one that is missed ends the job with 1", async (t) => {
	const { code, stdout } = await run(
		t,
		1,
		"--requests",
		"6",
		"--sweep",
		"inflight=1,3",
		"--slo",
		"ttft=0.001",
		"--json",
		path("in.json"),
	);
	t.is(code, 1);
	const { runs } = readJson<{ runs: Report[] }>("in.json");
	t.deepEqual(
		runs.map(({ inflight, per_rank: ranks }) => [inflight, ranks[0]?.engine.slots]),
		[
			[1, 1],
			[3, 3],
		],
	);
	t.true(
		stdout.includes("inflight=3: 0 of 6 requests (0.0 %) were within TTFT 0.001 ms: --slo wants 99 %\n"),
	);
});

test("--sweep np with more than there are is a mistake, not a hang", async (t) => {
	const { code, stderr } = await run(t, 2, "--sweep", "np=1,4");
	t.is(code, 2);
	t.regex(stderr, /abort\(2\): Cannot sweep np=4: this job has 2 ranks; start it with tsmpirun -np 4\n$/);
});

test("a program that measures its own requests has the same report", async (t) => {
	const program = fileURLToPath(new URL("../programs/measured.js", import.meta.url));
	const { code, stdout, stderr } = await tsmpirun(t, ["-np", "2", program, "--inflight", "3"]);
	t.deepEqual([code, stderr], [0, ""]);
	t.regex(
		stdout,
		/^success +100 % \(6 of 6 requests, 0 failed\)\n(cut .*\n)?wall time +\d+\.\d\d s on 2 ranks, 3 in flight on each\n/,
	);
	t.regex(stdout, /^ITL +all +\d/m);
});
