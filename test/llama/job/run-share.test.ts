import test from "ava";
import {
	type RankStatistics,
	Recorder,
	type Result,
	roundRobin,
	runShare,
	type WorkItem,
	warmUp,
} from "../../../src/llama/index.ts";
import { EchoEngine } from "../support/engines.ts";

const OPTIONS = { inflight: 3, maxTokens: 8, temperature: 0, seed: 100, rank: 1 };

async function run(
	engine: EchoEngine,
	share: readonly WorkItem[],
	options: { rate?: number; burstiness?: number; onResult?: (result: Result) => void } = {},
): Promise<{ results: Result[]; statistics: RankStatistics }> {
	const recorder = new Recorder({ spans: 100 });
	const results = await runShare(engine, share, { ...OPTIONS, recorder, ...options });
	return { results, statistics: recorder.result(1, "h", engine.info) };
}

test("runShare() ends every item once, each with its own seed, and no more at a time than allowed", async (t) => {
	const engine = new EchoEngine();
	const share = Array.from({ length: 10 }, (_, index) => ({
		index: index * 2,
		prompt: index === 4 ? "bad" : `p${index}`,
	}));
	const seen: Result[] = [];
	const { results, statistics } = await run(engine, share, {
		onResult: (result) => void seen.push(result),
	});
	t.is(engine.mostRunning, 3);
	t.deepEqual(seen, results);
	const sorted = [...results].sort((a, b) => a.index - b.index);
	t.deepEqual(
		sorted.map(({ index }) => index),
		share.map(({ index }) => index),
	);
	t.deepEqual(sorted[1], {
		index: 2,
		rank: 1,
		text: "p1:102",
		finish_reason: "length",
		prompt_tokens: 2,
		cached_tokens: 1,
		completion_tokens: 3,
		queue_ms: 0.5,
		ttft_ms: 1,
		total_ms: 3,
		error: null,
	});
	// A reason of several lines becomes one.
	t.like(sorted[4], { index: 8, text: null, completion_tokens: null, error: "bad; prompt" });
	t.like(statistics, { rank: 1, host: "h", ok: 9, failed: 1, errors: [["bad; prompt", 1]] });
});

test("runShare() with a dead engine ends every item as an error", async (t) => {
	const engine = new EchoEngine();
	engine.die();
	const share = [0, 1, 2, 3].map((index) => ({ index, prompt: "p" }));
	const { results, statistics } = await run(engine, share);
	t.deepEqual(
		results.map(({ error }) => error),
		new Array(4).fill("it died"),
	);
	t.is(statistics.failed, 4);
});

test("runShare() of nothing ends at once", async (t) => {
	const { results, statistics } = await run(new EchoEngine(), []);
	t.deepEqual(results, []);
	t.like(statistics, { ok: 0, failed: 0, busyMs: 0 });
});

test("runShare() with a rate starts no request before it is due, and counts from then", async (t) => {
	const share = Array.from({ length: 12 }, (_, index) => ({ index, prompt: "p" }));
	// One every 5 ms, evenly: the last is due after 60 ms.
	const { results, statistics } = await run(new EchoEngine(), share, { rate: 200, burstiness: Infinity });
	t.is(results.length, 12);
	// A request ends when the engine's answer comes, and so in any order.
	const starts = statistics.spans.map((span) => span.startMs).sort((a, b) => a - b);
	const [first = 0] = starts;
	for (const [index, start] of starts.entries()) {
		t.true(Math.abs(start - first - 5 * index) < 1e-6, `${index} starts when it was due: ${start - first}`);
	}
	const { startMs = 0, endMs = 0 } = statistics.window ?? {};
	t.true(endMs - startMs >= 55);
	// The engine itself says 0.5 ms: what is above is how late requests were sent.
	t.true((statistics.digests.queue.centroids[0]?.[0] ?? 0) >= 0.5);
});

test("warmUp() survives requests that fail", async (t) => {
	const engine = new EchoEngine();
	await warmUp(engine, { ...OPTIONS, warmup: 5 });
	t.is(engine.mostRunning, 3);
	engine.die();
	await t.notThrowsAsync(warmUp(engine, { ...OPTIONS, warmup: 5 }));
});

test("roundRobin() deals rank r the items r, size + r, ...", (t) => {
	t.deepEqual(roundRobin(["a", "b", "c", "d", "e"], 3), [["a", "d"], ["b", "e"], ["c"]]);
	t.deepEqual(roundRobin(["a"], 3), [["a"], [], []]);
});
