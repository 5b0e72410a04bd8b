import test from "ava";
import { CallSequence } from "../../../src/progress/calls/call-sequence.ts";
import type { Arrival } from "../../../src/progress/matching/arrival.ts";
import type { Posted } from "../../../src/progress/matching/matching.ts";

const BCAST = 2;
const GATHER = 4;

/** A message of the call at a step. */
function message(step: number, opcode = BCAST, root = 0): Arrival {
	return {
		source: 1,
		tag: step,
		opcode,
		root,
		context: 0,
		kind: 0,
		size: 0,
		body: new Uint8Array(0),
		id: 0,
	};
}

function receive(step: number): Posted & { got?: Arrival | Error } {
	const posted: Posted & { got?: Arrival | Error } = {
		source: 1,
		tag: step,
		take: (found) => {
			posted.got = found;
		},
		reject: (error) => {
			posted.got = error;
		},
	};
	return posted;
}

const calls = () => new CallSequence(0, ({ opcode, root }) => `call ${opcode} with root ${root}`);
const bcast = { opcode: BCAST, root: 0 };

test("deliver() brings messages to the call of their step, also before it is made", (t) => {
	const all = calls();
	const [first, second] = [message(0), message(1)];
	t.is(all.deliver(second), "kept");
	const call = all.begin(bcast);
	t.is(all.deliver(first), "kept");
	const next = all.begin(bcast);
	const [one, two] = [receive(0), receive(1)];
	next.post(two);
	call.post(one);
	t.is(one.got, first);
	t.is(two.got, second);
});

test("deliver() fails a call whose message belongs to another kind of call, early or not", (t) => {
	const text =
		"Ranks call different collectives at the same step: rank 0 calls call 2 with root 0, rank 1 calls call 4 with root 3";
	for (const early of [true, false]) {
		const all = calls();
		const posted = receive(0);
		if (early) all.deliver(message(0, GATHER, 3));
		const call = all.begin(bcast);
		call.post(posted);
		if (!early) all.deliver(message(0, GATHER, 3));
		t.is((posted.got as Error).message, text);
		t.is(call.failure?.message, text);
		// Nobody else knows yet.
		t.false(call.told);
	}
});

test("deliver() says what a late message contradicts, and nothing of a call that failed", (t) => {
	const all = calls();
	all.end(all.begin(bcast));
	t.is(all.deliver(message(0)), "stale");
	t.regex((all.deliver(message(0, GATHER)) as Error).message, /rank 1 calls call 4/);
	t.regex((all.deliver(message(0, BCAST, 1)) as Error).message, /rank 1 calls call 2 with root 1/);
	const failed = all.begin(bcast);
	failed.fail(new Error("known"));
	all.end(failed);
	t.is(all.deliver(message(1, GATHER)), "stale");
	// Long past: nobody remembers what it was.
	for (let step = 2; step < 100; step++) all.end(all.begin({ opcode: GATHER, root: 0 }));
	t.is(all.deliver(message(0)), "stale");
});

test("fail() rejects what waits and will wait, with the first reason", (t) => {
	const all = calls();
	all.fail(1, new Error("early"));
	const [now, later] = [all.begin(bcast), all.begin(bcast)];
	t.true(later.told);
	const [waiting, after] = [receive(0), receive(0)];
	now.post(waiting);
	const told: Error[] = [];
	now.watchers.add((error) => told.push(error));
	all.fail(0, new Error("first"));
	now.fail(new Error("second"));
	t.true(now.post(after));
	for (const got of [waiting.got, after.got, told[0], now.failure]) t.is((got as Error).message, "first");
	const early = receive(1);
	later.post(early);
	t.is((early.got as Error).message, "early");
	all.end(now);
	all.fail(0, new Error("too late"));
	t.is(now.failure?.message, "first");
});

test("end() returns what nobody took", (t) => {
	const all = calls();
	const call = all.begin(bcast);
	const left = message(0);
	all.deliver(left);
	t.deepEqual(all.end(call), [left]);
});

test("ended() resolves once no call is under way", async (t) => {
	const all = calls();
	await all.ended();
	const [first, second] = [all.begin(bcast), all.begin(bcast)];
	let over = false;
	const ended = all.ended().then(() => {
		over = true;
	});
	all.end(first);
	await Promise.resolve();
	t.false(over);
	all.end(second);
	await ended;
	t.true(over);
});
