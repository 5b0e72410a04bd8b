import test from "ava";
import { type Activity, cycleText, findCycle, isDeadlock } from "../../../../launch/head/verdict/deadlock.ts";
import { waitingTable } from "../../../../launch/head/verdict/waiting-table.ts";
import type { Counts } from "../../../../src/control/messages.ts";

function blocked(
	rank: number,
	peers: readonly number[],
	sent: Counts = [],
	received: Counts = [],
	gone: readonly number[] = [],
): Activity {
	const operation = { operation: "recv", peers, tag: 7, communicator: "world", sinceMs: 1500, at: "a.js:3" };
	return { rank, state: "blocked", operations: [operation], sent, received, gone };
}

test("isDeadlock() sees two ranks that wait for each other", (t) => {
	t.true(isDeadlock([blocked(0, [1]), blocked(1, [0])]));
});

test("isDeadlock() waits for a message on its way", (t) => {
	t.false(isDeadlock([blocked(0, [1]), blocked(1, [0], [[0, 1]])]));
	t.true(isDeadlock([blocked(0, [1], [], [[1, 1]]), blocked(1, [0], [[0, 1]])]));
});

test("isDeadlock() waits for a message of a rank to itself", (t) => {
	t.false(isDeadlock([blocked(0, [0], [[0, 1]])]));
});

test("isDeadlock() does not blame ranks while one runs", (t) => {
	t.false(isDeadlock([blocked(0, [1]), { rank: 1, state: "running" }]));
});

test("isDeadlock() counts what finalized ranks have sent", (t) => {
	t.true(isDeadlock([blocked(0, [1]), { rank: 1, state: "finalized", sent: [] }]));
	t.false(isDeadlock([blocked(0, [1]), { rank: 1, state: "finalized", sent: [[0, 1]] }]));
});

test("isDeadlock() is sure of ranks that wait only when they know who is gone", (t) => {
	t.false(isDeadlock([blocked(0, [2]), blocked(2, [0]), { rank: 1, state: "gone" }]));
	t.false(isDeadlock([blocked(0, [2], [], [], [1]), blocked(2, [0]), { rank: 1, state: "gone" }]));
	const both = [blocked(0, [2], [], [], [1]), blocked(2, [0], [], [], [1])];
	t.true(isDeadlock([...both, { rank: 1, state: "gone" }]));
});

test("isDeadlock() is false for a job that has ended", (t) => {
	t.false(isDeadlock([{ rank: 0, state: "finalized", sent: [] }]));
});

test("findCycle() finds the circle and leaves out who waits for it", (t) => {
	const cycle = findCycle([blocked(0, [1]), blocked(1, [2]), blocked(2, [3]), blocked(3, [1])]);
	t.deepEqual(cycle, [1, 2, 3]);
	t.is(cycleText(cycle ?? []), "rank 1 waits for rank 2, rank 2 waits for rank 3, rank 3 waits for rank 1");
});

test("findCycle() follows operations with several peers, and a rank that waits for itself", (t) => {
	t.deepEqual(findCycle([blocked(0, [2, 1]), blocked(1, [0]), blocked(2, [])]), [0, 1]);
	t.deepEqual(findCycle([blocked(0, [0])]), [0]);
	t.is(findCycle([blocked(0, [1]), blocked(1, [])]), undefined);
});

test("findCycle() copes with a chain of 20,000 ranks", (t) => {
	const chain = Array.from({ length: 20_000 }, (_, rank) => blocked(rank, rank === 19_999 ? [] : [rank + 1]));
	t.is(findCycle(chain), undefined);
});

test("waitingTable() has a row for each operation and a state for the others", (t) => {
	const operation = {
		operation: "recv",
		peers: [1, 3],
		tag: -1,
		communicator: "world",
		sinceMs: 1500,
		at: "a.js:3",
	};
	const barrier = { operation: "barrier", peers: [], communicator: "halves", sinceMs: 20, detail: "step 2" };
	t.is(
		waitingTable([
			{ rank: 0, operations: [operation, barrier], state: "" },
			{ rank: 10, operations: [], state: "has finalized" },
		]),
		[
			"  rank  operation         waits for   tag  communicator  since  at",
			"  0     recv              ranks 1, 3  any  world         1.5 s  a.js:3",
			"  0     barrier (step 2)  any rank         halves        0.0 s",
			"  10    has finalized",
			"",
		].join("\n"),
	);
});
