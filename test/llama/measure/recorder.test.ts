import test from "ava";
import { Digest, type RankStatistics } from "../../../src/llama/index.ts";
import { Recorder } from "../../../src/llama/measure/recorder.ts";
import { engineInfo } from "../support/engines.ts";

const NO = { code: "generate", message: "no" } as const;

const summary = ({ digests }: RankStatistics, name: keyof RankStatistics["digests"]) =>
	Digest.from(digests[name]).summary();

test("Recorder counts, keeps distributions and the time in which something ran", (t) => {
	let now = 0;
	const recorder = new Recorder({ now: () => now, spans: 2 });
	const usage = { promptTokens: 10, cachedTokens: 4, completionTokens: 5 };
	const first = recorder.begin({ index: 7 });
	for (now of [30, 40, 90]) first.piece();
	now = 100;
	const second = recorder.begin({ index: 8 });
	now = 150;
	first.succeeded(usage, { queueMs: 1, ttftMs: 30, totalMs: 150 });
	now = 200;
	second.failed(NO);
	// Nothing runs until 1000.
	now = 1000;
	const third = recorder.begin({ index: 9 });
	now = 1010;
	third.succeeded({ ...usage, completionTokens: 1 }, { queueMs: 0, ttftMs: 10, totalMs: 10 });
	recorder.begin({ index: 10 }).failed(NO);

	const statistics = recorder.result(3, "host", engineInfo());
	const { digests: _, spans, tokenRate, ...counts } = statistics;
	t.deepEqual(counts, {
		rank: 3,
		host: "host",
		ok: 2,
		failed: 2,
		good: undefined,
		promptTokens: 20,
		cachedTokens: 8,
		completionTokens: 6,
		busyMs: 210,
		window: { startMs: 0, endMs: 1010 },
		cut: { texts: 2, maxTokens: 0, context: 0 },
		errors: [{ code: "generate", count: 2, reason: "no" }],
		engine: engineInfo(),
		spanEvery: 2,
	});
	t.like(summary(statistics, "e2e"), { count: 2, mean: 80, std: 70, max: 150 });
	t.like(summary(statistics, "ttft"), { count: 2, mean: 20, max: 30 });
	t.like(summary(statistics, "queue"), { count: 2, max: 1 });
	// One output token has no time per further token, and what failed is in no distribution.
	t.like(summary(statistics, "tpot"), { count: 1, mean: 30 });
	t.like(summary(statistics, "itl"), { count: 2, mean: 30, p50: 10, max: 50 });
	// Of four requests every second is kept, as no more than two may be.
	t.deepEqual(spans, [
		{ index: 7, startMs: 0, servedMs: 1, firstMs: 30, endMs: 150, ...usage },
		{ index: 9, startMs: 1000, servedMs: 1000, firstMs: 1010, endMs: 1010, ...usage, completionTokens: 1 },
	]);
	// Five tokens in three pieces, and one without a piece.
	t.is(
		tokenRate?.counts.reduce((a, b) => a + b, 0),
		6,
	);
	t.deepEqual(tokenRate?.counts.slice(0, 2), [(5 / 3) * 2, 5 / 3]);
});

test("Recorder counts a late request from when it was due", (t) => {
	let now = 100;
	const recorder = new Recorder({ now: () => now, spans: 9, offsetMs: 1000 });
	// On rank 0's clock, which is 1000 ahead.
	const late = recorder.begin({ index: 0, dueMs: 1040 });
	const early = recorder.begin({ index: 1, dueMs: 1500 });
	now = 130;
	const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 2 };
	late.succeeded(usage, { queueMs: 5, ttftMs: 10, totalMs: 30 });
	early.succeeded(usage, { queueMs: 5, ttftMs: 10, totalMs: 30 });
	const statistics = recorder.result(0, "h", engineInfo());
	t.like(summary(statistics, "e2e"), { p50: 30, max: 90 });
	t.like(summary(statistics, "ttft"), { p50: 10, max: 70 });
	t.like(summary(statistics, "queue"), { p50: 5, max: 65 });
	// The delay is no part of the time per token.
	t.like(summary(statistics, "tpot"), { p50: 20, max: 20 });
	t.deepEqual(statistics.window, { startMs: 40, endMs: 130 });
	t.like(statistics.spans[0], { startMs: 40, servedMs: 105, firstMs: 110, endMs: 130 });
});

test("Recorder counts as good what keeps every limit", (t) => {
	const recorder = new Recorder({ slo: { ttft: 50, tpot: 10, share: 99 } });
	const end = (ttftMs: number, tpot: number) => {
		const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 11 };
		recorder.begin({ index: 0 }).succeeded(usage, { queueMs: 0, ttftMs, totalMs: ttftMs + 10 * tpot });
	};
	end(50, 10);
	end(51, 10);
	end(50, 11);
	// An embedding has no first token that could be late.
	const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: 0 };
	recorder.begin({ index: 0 }).succeeded(usage, { queueMs: 0, ttftMs: 90, totalMs: 90 });
	recorder.begin({ index: 0 }).failed(NO);
	const statistics = recorder.result(0, "h", engineInfo());
	t.like(statistics, { ok: 4, failed: 1, good: 2 });
	t.is(summary(statistics, "ttft").count, 3);
});
