import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Report, ReportFigures, Result } from "../../../src/llama/index.ts";
import { tsmpirun } from "../../support/run.ts";
import { SCHED, withoutProgress } from "../support/job.ts";
import { temporaryFolder } from "../support/models.ts";

const folder = temporaryFolder();
const QUANTITIES = ["e2e_ms", "ttft_ms", "tpot_ms", "queue_ms"] as const;

/** Runs llama_sched.js and gives what it wrote. */
async function run(t: ExecutionContext, name: string, ranks: number, ...options: string[]) {
	const out = join(folder, `${name}.jsonl`);
	const json = join(folder, `${name}.json`);
	const args = ["-np", `${ranks}`, SCHED, ...options, "--out", out, "--json", json];
	const result = await tsmpirun(t, args);
	t.is(result.code, 0, result.stderr);
	const lines = readFileSync(out, "utf8").split("\n");
	t.is(lines.pop(), "", "the last line has its end");
	const results = lines.map((line) => JSON.parse(line) as Result);
	return { ...result, results, report: JSON.parse(readFileSync(json, "utf8")) as Report };
}

function sum(numbers: readonly (number | null)[]): number {
	return numbers.reduce<number>((total, value) => total + (value ?? 0), 0);
}

function samples(results: readonly Result[], quantity: (typeof QUANTITIES)[number]): number[] {
	return results.flatMap(({ total_ms, ttft_ms, queue_ms, completion_tokens }) => {
		if (total_ms === null || ttft_ms === null || queue_ms === null || completion_tokens === null) return [];
		if (quantity === "e2e_ms") return [total_ms];
		if (quantity === "ttft_ms") return [ttft_ms];
		if (quantity === "queue_ms") return [queue_ms];
		return completion_tokens > 1 ? [(total_ms - ttft_ms) / (completion_tokens - 1)] : [];
	});
}

/** Each figure against what the lines of --out say. */
function agree(t: ExecutionContext, figures: ReportFigures, results: readonly Result[], label: string): void {
	t.is(figures.ok, results.length, label);
	t.is(figures.prompt_tokens, sum(results.map((result) => result.prompt_tokens)), label);
	t.is(figures.cached_tokens, sum(results.map((result) => result.cached_tokens)), label);
	t.is(figures.completion_tokens, sum(results.map((result) => result.completion_tokens)), label);
	for (const quantity of QUANTITIES) {
		const sorted = samples(results, quantity).sort((a, b) => a - b);
		const summary = figures[quantity];
		t.is(summary.count, sorted.length, label);
		const near = (actual: number | undefined, expected: number | undefined, name: string) => {
			const difference = Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN));
			// The lines are rounded to microseconds.
			t.true(
				difference <= 0.02 * (expected ?? 0) + 0.001,
				`${label} ${quantity} ${name}: ${actual}, exactly ${expected}`,
			);
		};
		near(summary.mean, sum(sorted) / sorted.length, "mean");
		near(summary.max, sorted.at(-1), "max");
		for (const percentile of [50, 95, 99] as const) {
			const nearest = sorted[Math.ceil((percentile / 100) * sorted.length) - 1];
			near(summary[`p${percentile}`], nearest, `p${percentile}`);
		}
	}
}

test("200 requests on 4 ranks end once each, and the report adds up to them", async (t) => {
	const { results, report, stdout, stderr } = await run(
		t,
		"many",
		4,
		...["--requests", "200", "--inflight", "4", "--policy", "round-robin"],
	);
	t.deepEqual(
		results.map(({ index }) => index),
		Array.from({ length: 200 }, (_, index) => index),
	);
	t.true(results.every(({ index, rank }) => rank === index % 4));
	t.true(results.every(({ error, text }) => error === null && typeof text === "string"));
	const ended = results.map(({ finish_reason, completion_tokens }) => [
		finish_reason,
		completion_tokens === 64,
	]);
	t.true(ended.every(([reason, full]) => full || reason === "stop"));
	t.true(results.every(({ cached_tokens, prompt_tokens }) => (cached_tokens ?? -1) < (prompt_tokens ?? -1)));

	agree(t, report.total, results, "all");
	for (const rank of report.per_rank) {
		agree(
			t,
			rank,
			results.filter((result) => result.rank === rank.rank),
			`rank ${rank.rank}`,
		);
	}
	t.deepEqual(
		report.per_rank.map(({ rank }) => rank),
		[0, 1, 2, 3],
	);
	t.true(report.per_rank.every(({ engine }) => engine.device === "cpu" && engine.deviceName !== ""));
	t.is(new Set(report.per_rank.map(({ engine }) => engine.pid)).size, 4);
	t.is(report.total.success_rate, 1);
	t.is(report.total.failed, 0);
	t.deepEqual(report.errors, []);
	t.is(report.inflight, 4);
	const busy = report.per_rank.map(({ busy_ms }) => busy_ms);
	t.true(Math.abs((report.busy_imbalance ?? 0) - Math.max(...busy) / (sum(busy) / 4)) < 1e-9);
	const out = report.per_rank.map(({ completion_tokens }) => completion_tokens);
	t.true(Math.abs((report.imbalance ?? 0) - Math.max(...out) / (sum(out) / 4)) < 1e-9);
	t.true(report.per_rank.every(({ clock_error_ms }) => (clock_error_ms ?? 1e9) < 1000));
	t.true(busy.every((ms) => ms <= report.wall_ms));
	t.true(
		Math.abs(report.total.tokens_per_s - (report.total.completion_tokens * 1000) / report.wall_ms) < 1e-6,
	);

	t.regex(stdout, /^success +100 % \(200 of 200 requests, 0 failed\)\n/);
	t.regex(stdout, /demo model, random weights: the text means nothing; use --model FILE\.gguf/);
	t.is(withoutProgress(stderr), "");
});

test("greedy text is the same on 1, 2 and 4 ranks, 1 and 4 in flight, and after a warm-up", async (t) => {
	const texts = async (name: string, ranks: number, ...options: string[]) => {
		const { results } = await run(t, name, ranks, "--temperature", "0", "--max-tokens", "32", ...options);
		return results.map(({ text }) => text);
	};
	const alone = await texts("greedy-a", 1, "--inflight", "1");
	t.is(alone.length, 12);
	t.true(new Set(alone).size > 6, "the prompts matter");
	t.deepEqual(await texts("greedy-b", 1, "--inflight", "4", "--warmup", "5"), alone);
	t.deepEqual(await texts("greedy-c", 2, "--inflight", "1"), alone);
	t.deepEqual(await texts("greedy-d", 4, "--inflight", "4"), alone);
});

test("--seed N samples request i with N + i, on any number of ranks", async (t) => {
	const texts = async (name: string, ranks: number, ...options: string[]) => {
		// Beginnings that prompts share are computed in other batches on other ranks, which changes their last bits.
		const sampled = ["--raw", "--temperature", "1", "--max-tokens", "16", "--requests", "24"];
		const { results } = await run(t, name, ranks, ...sampled, ...options);
		return results.map(({ text }) => text);
	};
	const first = await texts("seed-a", 1, "--seed", "7", "--inflight", "1");
	t.deepEqual(await texts("seed-b", 3, "--seed", "7"), first);
	// The second round over the twelve prompts has other seeds.
	t.true(first.slice(0, 12).filter((text, index) => text !== first[index + 12]).length > 6);
});

test("a single rank's report has no sums of several", async (t) => {
	const { report, stdout } = await run(
		t,
		"single",
		1,
		"--requests",
		"3",
		"--max-tokens",
		"1",
		"--warmup",
		"2",
	);
	t.is(report.ranks, 1);
	t.is(report.total.ok, 3, "warm-up requests are not counted");
	// One token has no time between tokens.
	t.is(report.total.tpot_ms.count, 0);
	t.regex(stdout, /^TPOT +0 +- +- +- +- +-$/m);
	t.notRegex(stdout, /^(\S* +)?all /m);
});
