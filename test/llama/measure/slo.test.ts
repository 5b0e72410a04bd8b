import test from "ava";
import { keeps, type Latency, type Slo, sloText } from "../../../src/llama/measure/slo.ts";
import { missedTargets } from "../../../src/llama/measure/targets.ts";

const KEPT: readonly (readonly [Slo, Latency, boolean])[] = [
	[{ ttft: 100, share: 99 }, { e2e: 900, ttft: 100, tpot: 50 }, true],
	[{ ttft: 100, share: 99 }, { e2e: 900, ttft: 100.1, tpot: 50 }, false],
	[{ tpot: 50, e2e: 900, share: 99 }, { e2e: 900, ttft: 800, tpot: 50 }, true],
	[{ tpot: 50, e2e: 900, share: 99 }, { e2e: 901, ttft: 1, tpot: 1 }, false],
	// An embedding has no token, one token no time between tokens: limits of these are kept.
	[{ ttft: 1, tpot: 1, share: 99 }, { e2e: 900, ttft: undefined, tpot: undefined }, true],
	[{ ttft: 1, tpot: 1, e2e: 10, share: 99 }, { e2e: 900, ttft: undefined, tpot: undefined }, false],
];
for (const [slo, latency, kept] of KEPT) {
	test(`keeps() of ${JSON.stringify(slo)} and ${JSON.stringify(latency)} is ${kept}`, (t) => {
		t.is(keeps(slo, latency), kept);
	});
}

test("sloText() has the limits that are set", (t) => {
	t.is(sloText({ e2e: 5000, ttft: 500, share: 95 }), "TTFT 500 ms, E2E 5000 ms");
});

test("missedTargets() compares with the share that is wanted, to the request", (t) => {
	const outcomes = { ok: 99, failed: 1, good: 95 };
	t.deepEqual(missedTargets(outcomes, { minSuccess: 99, slo: { ttft: 5, share: 95 } }), []);
	t.deepEqual(missedTargets(outcomes, { minSuccess: 99.5 }), [
		"1 of 100 requests failed: --min-success is 99.5 %",
	]);
	t.deepEqual(missedTargets(outcomes, { minSuccess: 0, slo: { ttft: 5, share: 95.5 } }), [
		"95 of 100 requests (95.0 %) were within TTFT 5 ms: --slo wants 95.5 %",
	]);
	t.deepEqual(missedTargets({ ok: 0, failed: 0 }, { slo: { ttft: 5, share: 95 } }), []);
});

test("missedTargets() counts the failures of earlier runs of the file, and answers that are lost", (t) => {
	const none = { ok: 0, failed: 0 };
	const delivery = { lost: 0, skipped: 100, failed_before: 10 };
	t.deepEqual(missedTargets(none, { delivery }), [
		"10 of 100 requests failed, 10 of them in an earlier run (--retry-failed runs those again): --min-success is 100 %",
	]);
	t.deepEqual(missedTargets(none, { delivery, minSuccess: 90 }), []);
	t.deepEqual(missedTargets({ ok: 899, failed: 1 }, { delivery, minSuccess: 99 }), [
		"11 of 1000 requests failed, 10 of them in an earlier run (--retry-failed runs those again): --min-success is 99 %",
	]);
	t.deepEqual(missedTargets({ ok: 5, failed: 0 }, { delivery: { lost: 2 } }), [
		"2 of 5 requests have no line in the output",
	]);
});
