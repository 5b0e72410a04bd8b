import test from "ava";
import { mergeStatistics } from "../../../../src/llama/index.ts";
import { Recorder } from "../../../../src/llama/measure/recorder.ts";
import { engineInfo } from "../../support/engines.ts";

const USAGE = { promptTokens: 4, cachedTokens: 0, completionTokens: 3 };
const TIMINGS = { queueMs: 0, ttftMs: 1, totalMs: 3 };

test("a report counts every text that a limit cut, of requests with several texts each", (t) => {
	const recorder = new Recorder();
	const end = (...limits: readonly ("max_tokens" | "context" | undefined)[]) => {
		const choices = limits.map((limit) => ({
			...{ usage: USAGE, timings: TIMINGS },
			...(limit === undefined ? {} : { limit }),
		}));
		recorder.begin({ index: 0 }).succeeded(USAGE, TIMINGS, choices);
	};
	end("max_tokens", undefined, "max_tokens");
	end("context");
	// An embedding has no text.
	end();
	const statistics = structuredClone(recorder.result(0, "h", engineInfo()));
	const { total } = mergeStatistics([statistics, { ...statistics, rank: 1 }]);
	t.deepEqual(total.cut, { texts: 8, max_tokens: 4, context: 2 });
	t.is(total.ok, 6);
});

test("gaps between pieces are those of one text, also where a request has several at the same time", (t) => {
	let now = 0;
	const recorder = new Recorder({ now: () => now });
	const record = recorder.begin({ index: 0 });
	// Two texts in turn, each with a piece every 20 ms.
	for (now = 10; now <= 80; now += 10) record.piece((now / 10) % 2);
	const timings = { queueMs: 0, ttftMs: 10, totalMs: 70 };
	const choice = { usage: { ...USAGE, completionTokens: 4 }, timings };
	record.succeeded({ ...USAGE, completionTokens: 8 }, { ...timings, totalMs: 80 }, [choice, choice]);
	const { total } = mergeStatistics([recorder.result(0, "h", engineInfo())]);
	t.like(total.itl_ms, { count: 6, p50: 20, max: 20 });
	t.like(total.tpot_ms, { count: 1, p50: 20 });
});
