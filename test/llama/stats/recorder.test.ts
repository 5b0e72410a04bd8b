import test from "ava";
import { Digest, Recorder } from "../../../src/llama/index.ts";
import { engineInfo } from "../support/engines.ts";

test("Recorder counts, keeps distributions and the time in which something ran", (t) => {
	let now = 0;
	const recorder = new Recorder(() => now);
	const usage = { promptTokens: 10, cachedTokens: 4, completionTokens: 5 };
	recorder.started();
	now = 100;
	recorder.started();
	now = 150;
	recorder.succeeded(usage, { queueMs: 1, ttftMs: 30, totalMs: 150 });
	now = 200;
	recorder.failed("no");
	// Nothing runs until 1000.
	now = 1000;
	recorder.started();
	now = 1010;
	recorder.succeeded({ ...usage, completionTokens: 1 }, { queueMs: 0, ttftMs: 10, totalMs: 10 });
	recorder.started();
	recorder.failed("no");

	const { digests, ...counts } = recorder.result(3, "host", engineInfo());
	t.deepEqual(counts, {
		rank: 3,
		host: "host",
		ok: 2,
		failed: 2,
		promptTokens: 20,
		cachedTokens: 8,
		completionTokens: 6,
		busyMs: 210,
		errors: [["no", 2]],
		engine: engineInfo(),
	});
	const summary = (name: keyof typeof digests) => Digest.from(digests[name]).summary();
	t.like(summary("e2e"), { count: 2, mean: 80, max: 150 });
	t.like(summary("ttft"), { count: 2, mean: 20, max: 30 });
	t.like(summary("queue"), { count: 2, max: 1 });
	// One output token has no time per further token, and what failed is in no distribution.
	t.like(summary("tpot"), { count: 1, mean: 30 });
});
