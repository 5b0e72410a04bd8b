import test from "ava";
import type { Attempt, CallFacts } from "../../../../src/llama/gateway/core/call.ts";
import { RunningCall } from "../../../../src/llama/gateway/core/running-call.ts";
import { turnsOf } from "../../../../src/llama/gateway/trace/turns.ts";
import { ANSWER, call } from "./support/calls.ts";

const facts = (endMs: number, ...attempts: Attempt[]): CallFacts => ({
	...{ arrivedMs: 0, attempts, firstMs: undefined, lastMs: undefined, endMs, continued: 0, tokens: 0 },
});
const DIED = { code: "engine_died", message: "died" } as const;

test("a call that waits again after a death, and is given up, has that wait for its last turn", (t) => {
	const dead: Attempt = { rank: 3, assignedMs: 1, endMs: 10, failure: DIED };
	t.deepEqual(turnsOf(facts(50, dead), undefined, "timeout"), [
		{
			rank: 3,
			phases: [
				{ name: "queue", startMs: 0, endMs: 1 },
				{ name: "prefill", startMs: 1, endMs: 10 },
			],
			failure: "engine_died",
		},
		{ rank: undefined, phases: [{ name: "queue", startMs: 10, endMs: 50 }], failure: "timeout" },
	]);
	t.is(turnsOf(facts(10.2, dead), undefined, "engine_died").length, 1, "it ended when its rank failed");
});

test("the first token of an answer that went whole lies between its rank's turn's beginning and end", (t) => {
	const first = (endMs: number) =>
		turnsOf(facts(endMs, { rank: 0, assignedMs: 5, endMs }), ANSWER, undefined)[0]?.phases[2]?.startMs;
	t.is(first(60), 30);
	t.is(first(20), 5, "the rank's clock says that it was before");
});

test("what a dead engine had is over when it died, not when another rank has it", (t) => {
	let now = 0;
	const running = new RunningCall(1, call(0, undefined), () => now);
	now = 5;
	running.assigned(1);
	now = 20;
	running.died();
	now = 90;
	running.assigned(2);
	now = 100;
	const { facts } = running.end({ rank: 2, answer: ANSWER });
	t.deepEqual(
		facts.attempts.map(({ rank, assignedMs, endMs, failure }) => [rank, assignedMs, endMs, failure?.code]),
		[
			[1, 5, 20, "engine_died"],
			[2, 90, 100, undefined],
		],
	);
});
