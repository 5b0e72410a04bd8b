import test from "ava";
import { complete, Digest, runRecorded } from "../../../src/llama/index.ts";
import { Recorder } from "../../../src/llama/measure/recorder.ts";
import { EchoEngine, engineInfo } from "../support/engines.ts";

test("runRecorded() gives what complete() gives, and its recorder knows how every request ended", async (t) => {
	const engine = new EchoEngine();
	const recorder = new Recorder({ spans: 9 });
	const options = { seed: 7 };
	const done = await runRecorded(recorder, engine, "good", options, { index: 3 });
	t.deepEqual(done, await complete(engine, "good", options));
	await t.throwsAsync(runRecorded(recorder, engine, "bad", options, { index: 4 }), {
		message: "bad\nprompt",
	});

	const statistics = recorder.result(0, "h", engineInfo());
	t.like(statistics, {
		ok: 1,
		failed: 1,
		promptTokens: 2,
		completionTokens: 3,
		errors: [{ code: "prompt", count: 1, reason: "bad; prompt" }],
	});
	t.is(Digest.from(statistics.digests.e2e).summary().max, done.timings.totalMs);
	t.deepEqual(
		statistics.spans.map(({ index, error }) => [index, error]),
		[
			[3, undefined],
			[4, "bad; prompt"],
		],
	);
});
