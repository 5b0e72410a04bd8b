import test from "ava";
import { Dispatcher } from "../../../src/llama/dispatch/dispatcher.ts";
import type { SubmitOptions } from "../../../src/llama/dispatch/submission.ts";
import { random } from "../../support/memory-channels.ts";
import { FakeReplica, inWords, requestOf, settled } from "../support/replicas.ts";

/** A dispatcher with ranks of so many slots, and how each request has ended. */
function start(...slots: number[]) {
	const errors: unknown[] = [];
	const dispatcher = new Dispatcher({ onError: (error) => errors.push(error) });
	const ranks = slots.map((each, rank) => new FakeReplica(rank, each));
	for (const rank of ranks) dispatcher.join(rank);
	const ends: string[] = [];
	const submit = (id: number, options: Partial<SubmitOptions> & { priority?: number } = {}) =>
		dispatcher.submit(requestOf(id, options.priority), {
			onEnd: (end) => {
				ends.push(`${id}=${inWords(end)}`);
				return undefined;
			},
			...options,
		});
	return { dispatcher, ranks: ranks as [FakeReplica, FakeReplica, FakeReplica], ends, submit, errors };
}

test("submit() runs requests on ranks of unequal slots, by priority, and each ends once", async (t) => {
	const { dispatcher, ranks, ends, submit } = start(1, 3);
	for (let id = 0; id < 6; id++) submit(id);
	submit(6, { priority: 5 });
	await settled();
	t.deepEqual([ranks[0].ids.length, ranks[1].ids.length], [1, 3]);
	t.true([...ranks[0].ids, ...ranks[1].ids].includes(6), "the urgent one overtook");
	t.is(dispatcher.queued, 3);
	t.is(dispatcher.outstanding, 4);
	for (let round = 0; round < 3; round++) {
		for (const rank of ranks) rank.answer(...rank.ids);
		await settled();
	}
	t.is(ends.length, 7);
	t.is(new Set(ends).size, 7);
	t.true(ends.every((end) => end.endsWith(":ok")));
});

test("submit() refuses an id whose request has not ended, and all once it is closed", async (t) => {
	const { dispatcher, submit, ends, ranks } = start(1);
	submit(1);
	t.throws(() => submit(1), { code: "ERR_USAGE", message: /request 1: one with this id has not ended$/ });
	await dispatcher.close();
	t.true(ranks[0].stopped);
	t.deepEqual(ends, ["1=-:cancelled"]);
	t.throws(() => submit(2), { code: "ERR_USAGE", message: /the dispatcher is closed$/ });
});

test("requests that come before any rank has joined wait for one", async (t) => {
	const { dispatcher, submit, ends } = start();
	submit(0);
	await settled();
	t.deepEqual(ends, []);
	const late = new FakeReplica(4, 1);
	dispatcher.join(late);
	await settled();
	late.answer(0);
	t.deepEqual(ends, ["0=4:ok"]);
});

test("cancel() takes a request out of the queue, or aborts it on its rank, whose slot is free when the rank says so", async (t) => {
	const { dispatcher, ranks, ends, submit } = start(1);
	for (let id = 0; id < 3; id++) submit(id);
	await settled();
	t.true(dispatcher.cancel(1));
	t.deepEqual(ends, [], "not in the middle of what the caller does");
	await settled();
	t.deepEqual(ends, ["1=-:cancelled"]);
	t.deepEqual(ranks[0].cancels, []);

	t.true(dispatcher.cancel(0));
	t.false(dispatcher.cancel(0));
	await settled();
	t.deepEqual(ends, ["1=-:cancelled", "0=0:cancelled"]);
	t.deepEqual(ranks[0].cancels, [0]);
	t.deepEqual(ranks[0].ids, [0], "its slot is not free yet");
	ranks[0].tell({ type: "cancelled", id: 0 });
	await settled();
	t.deepEqual(ranks[0].ids, [0, 2]);
	t.false(dispatcher.cancel(7));
});

test("an answer that crosses its cancel is dropped", async (t) => {
	const { dispatcher, ranks, ends, submit } = start(1);
	submit(0);
	submit(1);
	await settled();
	dispatcher.cancel(0);
	ranks[0].answer(0);
	await settled();
	t.deepEqual(ends, ["0=0:cancelled"]);
	t.deepEqual(ranks[0].ids, [0, 1]);
});

test("a signal cancels, before it was submitted and after", async (t) => {
	const { ranks, ends, submit } = start(1);
	const controller = new AbortController();
	submit(0, { signal: AbortSignal.abort() });
	submit(1, { signal: controller.signal });
	await settled();
	t.deepEqual(ranks[0].ids, [1]);
	controller.abort();
	await settled();
	t.deepEqual(ends, ["0=-:cancelled", "1=0:cancelled"]);
	t.deepEqual(ranks[0].cancels, [1]);
});

test("pieces reach only who asked, only from the rank that has the request, and a death after them is an end", async (t) => {
	const { ranks, ends, submit } = start(1, 1);
	const pieces: string[] = [];
	submit(0, { onPiece: ([, text]) => pieces.push(text) });
	submit(1);
	await settled();
	const [first, second] = ranks[0].ids[0] === 0 ? [ranks[0], ranks[1]] : [ranks[1], ranks[0]];
	t.is(first.orders[0]?.pieces, true);
	t.is(second.orders[0]?.pieces, undefined);
	first.tell({
		type: "pieces",
		pieces: [
			[0, "a"],
			[0, "b"],
			[9, "?"],
		],
	});
	second.tell({ type: "pieces", pieces: [[0, "no"]] });
	t.deepEqual(pieces, ["a", "b"]);
	first.tell({ type: "down", running: [0] });
	await settled();
	t.deepEqual(ends, [`0=${first.rank}:interrupted`]);
	first.tell({ type: "up" });
	second.die();
	await settled();
	t.deepEqual(first.ids, [0, 1], "what had not begun to speak moves");
});

test("an order is void once its engine has died, and a request that kills two engines is condemned", async (t) => {
	const { ranks, ends, submit } = start(1);
	submit(0);
	await settled();
	t.is(ranks[0].orders[0]?.epoch, 0);
	ranks[0].tell({ type: "down", running: [0] }, { type: "up" });
	await settled();
	t.like(ranks[0].orders[1], { id: 0, epoch: 1 });
	ranks[0].tell({ type: "down", running: [0] });
	await settled();
	t.deepEqual(ends, ["0=0:engine_died"]);
});

test("a cancelled request is not run again when its engine dies", async (t) => {
	const { dispatcher, ranks, ends, submit } = start(2);
	submit(0);
	submit(1);
	await settled();
	dispatcher.cancel(0);
	ranks[0].tell({ type: "down", running: [0, 1] }, { type: "up" });
	await settled();
	t.deepEqual(ranks[0].ids, [0, 1, 1]);
	ranks[0].answer(1);
	t.deepEqual(ends, ["0=0:cancelled", "1=0:ok"]);
});

test("what a dead rank had goes to the others; when none is left all ends, until one joins", async (t) => {
	const { dispatcher, ranks, ends, submit } = start(1, 1);
	for (let id = 0; id < 3; id++) submit(id);
	await settled();
	ranks[0].die();
	ranks[0].answer(0);
	t.deepEqual(ends, [], "what a lost rank says is void");
	ranks[1].tell({ type: "gone", reason: "it cannot start" });
	await settled();
	t.deepEqual(ends.toSorted(), ["0=-:no_engine", "1=-:no_engine", "2=-:no_engine"]);
	t.is(dispatcher.counts.requeued, 2);
	const again = new FakeReplica(0, 1);
	dispatcher.join(again);
	submit(3);
	await settled();
	again.answer(3);
	t.is(ends.at(-1), "3=0:ok");
});

test("leave() resolves when the rank has ended what it had", async (t) => {
	const { dispatcher, ranks, submit, ends } = start(1, 1);
	for (let id = 0; id < 3; id++) submit(id);
	await settled();
	let left = false;
	const leaving = dispatcher.leave(0).then(() => {
		left = true;
	});
	await settled();
	t.false(left);
	ranks[0].answer(...ranks[0].ids);
	await leaving;
	t.is(ranks[0].ids.length, 1, "it got nothing more");
	ranks[1].answer(...ranks[1].ids);
	await settled();
	ranks[1].answer(...ranks[1].ids);
	t.is(ends.length, 3);
});

test("while a promise of onEnd() is pending nothing is handed out", async (t) => {
	const { ranks, submit, errors } = start(1);
	let release: (reason?: unknown) => void = () => {};
	submit(0, {
		onEnd: () =>
			new Promise<void>((_, reject) => {
				release = reject;
			}),
	});
	submit(1);
	await settled();
	ranks[0].answer(0);
	await settled();
	t.deepEqual(ranks[0].ids, [0]);
	release(new Error("the disk is full"));
	await settled();
	t.deepEqual(ranks[0].ids, [0, 1]);
	t.regex(`${errors[0]}`, /the disk is full/);
});

test("what onEnd() throws and a broken replica are told to onError(), and the others go on", async (t) => {
	const { ranks, submit, errors, ends } = start(1, 1);
	submit(0, {
		onEnd: () => {
			throw new Error("a bug");
		},
	});
	submit(1);
	await settled();
	const [first, second] = ranks[0].ids[0] === 0 ? [ranks[0], ranks[1]] : [ranks[1], ranks[0]];
	first.answer(0);
	second.fail(new Error("no such message"));
	await settled();
	first.answer(1);
	t.deepEqual(errors.map(String), ["Error: a bug", "Error: no such message"]);
	t.deepEqual(ends, [`1=${first.rank}:ok`]);
});

test("every request ends exactly once whatever is cancelled and dies, in 200 random runs", async (t) => {
	for (let seed = 1; seed <= 200; seed++) {
		const next = random(seed);
		const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)] as T;
		const { dispatcher, ranks, ends, submit } = start(1, 2, 3);
		const count = 30;
		for (let id = 0; id < count; id++) submit(id, { priority: Math.floor(next() * 3) });
		const dead = new Set<FakeReplica>();
		const told = new Map(ranks.map((rank) => [rank, new Set<number>()]));
		for (let step = 0; step < 2000 && ends.length < count; step++) {
			await settled();
			const rank = pick(ranks);
			const open = rank.ids.filter((id) => !told.get(rank)?.has(id));
			const what = next();
			if (what < 0.03) dispatcher.cancel(Math.floor(next() * count));
			else if (what < 0.04 && !dead.has(rank)) {
				dead.add(rank);
				rank.die();
			} else if (what < 0.08 && !dead.has(rank)) {
				rank.tell({ type: "down", running: open.slice(0, rank.slots) }, { type: "up" });
			} else if (open.length > 0) {
				rank.answer(pick(open));
			}
		}
		await dispatcher.close();
		await settled();
		const ids = ends.map((end) => Number.parseInt(end, 10)).sort((a, b) => a - b);
		t.deepEqual(
			ids,
			Array.from({ length: count }, (_, id) => id),
			`seed ${seed}`,
		);
	}
});
