import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import test from "ava";
import { ANY_SOURCE, ANY_TAG } from "../../../src/base/constants.ts";
import type { Arrival } from "../../../src/progress/matching/arrival.ts";
import { Matching, type Posted } from "../../../src/progress/matching/matching.ts";
import { random } from "../../support/memory-channels.ts";
import { same } from "../../support/same.ts";

function arrival(source: number, tag: number, id = 0): Arrival {
	return { source, tag, id, context: 0, kind: 0, size: 0, body: new Uint8Array(0), opcode: 0, root: -1 };
}

/** A receive that notes what it gets. */
function receive(source: number, tag: number): Posted & { got?: Arrival | Error } {
	const posted: Posted & { got?: Arrival | Error } = {
		source,
		tag,
		take: (found) => {
			posted.got = found;
		},
		reject: (error) => {
			posted.got = error;
		},
	};
	return posted;
}

test("post() takes the oldest message that matches, by source and tag", (t) => {
	const matching = new Matching();
	const messages = [arrival(1, 5), arrival(2, 5), arrival(1, 6), arrival(1, 5)] as const;
	for (const message of messages) matching.deliver(message);
	const wanted: readonly (readonly [source: number, tag: number, index: number])[] = [
		[1, 6, 2],
		[ANY_SOURCE, 5, 0],
		[1, ANY_TAG, 3],
		[ANY_SOURCE, ANY_TAG, 1],
	];
	for (const [source, tag, index] of wanted) {
		const posted = receive(source, tag);
		t.true(matching.post(posted));
		t.is(posted.got, messages[index]);
	}
	t.false(matching.post(receive(ANY_SOURCE, ANY_TAG)));
});

test("deliver() gives a message to the oldest receive that matches, wildcards among them", (t) => {
	const matching = new Matching();
	const receives = [receive(1, 5), receive(ANY_SOURCE, 6), receive(1, ANY_TAG), receive(ANY_SOURCE, ANY_TAG)];
	for (const posted of receives) t.false(matching.post(posted));
	const order = [arrival(2, 6), arrival(1, 6), arrival(1, 5), arrival(3, 9)] as const;
	for (const message of order) matching.deliver(message);
	t.deepEqual(
		receives.map(({ got }) => got),
		[order[2], order[0], order[1], order[3]],
	);
});

test("peek() leaves the message, claim() takes it out", (t) => {
	const matching = new Matching();
	const message = arrival(0, 1);
	matching.deliver(message);
	t.is(matching.peek(ANY_SOURCE, ANY_TAG), message);
	t.is(matching.peek(0, 2), undefined);
	t.is(matching.claim(0, 1), message);
	t.is(matching.claim(0, 1), undefined);
});

test("cancel() withdraws a receive once, and says when it is too late", (t) => {
	const matching = new Matching();
	const [first, second] = [receive(0, 1), receive(0, 1)];
	matching.post(first);
	matching.post(second);
	t.true(matching.cancel(first));
	t.false(matching.cancel(first));
	const message = arrival(0, 1);
	matching.deliver(message);
	t.is(first.got, undefined);
	t.is(second.got, message);
	t.false(matching.cancel(second));
});

test("reject() ends the receives that it picks and leaves the others", (t) => {
	const matching = new Matching();
	const [gone, stays, any] = [receive(1, 1), receive(2, 1), receive(ANY_SOURCE, 1)];
	for (const posted of [gone, stays, any]) matching.post(posted);
	matching.reject(
		({ source }) => source === 1,
		() => new Error("gone"),
	);
	t.true(gone.got instanceof Error);
	const message = arrival(2, 1);
	matching.deliver(message);
	t.is(stays.got, message);
	t.is(any.got, undefined);
});

test("drain() returns what nobody took", (t) => {
	const matching = new Matching();
	matching.deliver(arrival(0, 1, 1));
	matching.deliver(arrival(1, 1, 2));
	matching.claim(0, 1);
	t.deepEqual(
		matching.drain().map(({ id }) => id),
		[2],
	);
	t.deepEqual(matching.drain(), []);
});

test("Matching agrees with the simplest implementation, on 20000 random steps", (t) => {
	const next = random(3);
	const pick = (limit: number) => Math.floor(next() * limit);
	const matching = new Matching();
	// Everything in one list each, searched from the front.
	let messages: Arrival[] = [];
	let receives: (Posted & { got?: Arrival | Error })[] = [];
	const matches = ({ source, tag }: Posted, message: Arrival) =>
		(source === ANY_SOURCE || source === message.source) && (tag === ANY_TAG || tag === message.tag);
	for (let step = 0; step < 20_000; step++) {
		if (next() < 0.5) {
			const message = arrival(pick(3), pick(3), step);
			const taker = receives.find((posted) => matches(posted, message));
			matching.deliver(message);
			if (taker === undefined) messages.push(message);
			else receives = receives.filter((posted) => posted !== taker);
			same(t, taker?.got, taker === undefined ? undefined : message);
		} else if (next() < 0.1 && receives.length > 0) {
			const posted = receives.splice(pick(receives.length), 1)[0] as Posted;
			same(t, matching.cancel(posted), true);
		} else {
			const posted = receive(pick(4) - 1, pick(4) - 1);
			const message = messages.find((candidate) => matches(posted, candidate));
			same(t, matching.post(posted), message !== undefined);
			same(t, posted.got, message);
			if (message === undefined) receives.push(posted);
			else messages = messages.filter((other) => other !== message);
		}
	}
});

test("Matching lets go of messages that were taken", async (t) => {
	// The collector is V8's own; asking for it by flag after the start works for contexts made later.
	setFlagsFromString("--expose-gc");
	const collect = runInNewContext("gc") as () => void;
	const matching = new Matching();
	// Never empty, for an empty queue lets go of everything anyway.
	matching.deliver(arrival(0, 1));
	const taken = Array.from({ length: 10 }, (_, id) => {
		matching.deliver(arrival(0, 1, id));
		return new WeakRef(matching.claim(0, 1) as Arrival);
	});
	// A WeakRef holds its target until the end of the task that made it.
	await setImmediate();
	collect();
	t.deepEqual(
		taken.filter((reference) => reference.deref() !== undefined),
		[],
	);
	t.not(matching.peek(0, 1), undefined);
});
