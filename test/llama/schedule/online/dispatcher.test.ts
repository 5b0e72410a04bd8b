import test from "ava";
import { Dispatcher } from "../../../../src/llama/dispatch/dispatcher.ts";
import type { Request } from "../../../../src/llama/dispatch/request.ts";
import { OnlineSchedule } from "../../../../src/llama/schedule/online/online-schedule.ts";
import { FakeReplica, inWords, requestOf, settled } from "../../support/replicas.ts";

/** A dispatcher that goes by an online schedule, with ranks of so many slots, and how each request has ended. */
function start(...slots: number[]) {
	const errors: unknown[] = [];
	const schedule = new OnlineSchedule<Request>({ textOf: ({ id }) => `${id}`, now: () => 0 });
	const dispatcher = new Dispatcher({ schedule, onError: (error) => errors.push(error) });
	const ranks = slots.map((each, rank) => new FakeReplica(rank, each));
	for (const rank of ranks) dispatcher.join(rank);
	const ends: string[] = [];
	const submit = (id: number, onPiece?: () => void) =>
		dispatcher.submit(requestOf(id), {
			onEnd: (end) => {
				ends.push(`${id}=${inWords(end)}`);
				return undefined;
			},
			...(onPiece === undefined ? {} : { onPiece }),
		});
	return { dispatcher, ranks: ranks as [FakeReplica, FakeReplica], ends, submit, errors };
}

test("the dispatcher runs everything once through deaths of engines and ranks", async (t) => {
	const { dispatcher, ranks, ends, submit, errors } = start(2, 2);
	for (let id = 0; id < 5; id++) submit(id);
	await settled();
	t.deepEqual(
		[ranks[0].ids, ranks[1].ids],
		[
			[0, 2],
			[1, 3],
		],
	);
	ranks[0].tell({ type: "down", running: [0, 2] });
	await settled();
	ranks[0].tell({ type: "up" });
	await settled();
	// What died there waits for the other one.
	t.deepEqual(ranks[0].ids, [0, 2, 4]);
	ranks[1].answer(1, 3);
	await settled();
	t.deepEqual(ranks[1].ids, [1, 3, 0, 2]);
	ranks[1].die();
	await settled();
	t.deepEqual(ranks[0].ids, [0, 2, 4, 0]);
	ranks[0].answer(4, 0);
	await settled();
	ranks[0].answer(2);
	await settled();
	t.deepEqual(ends.sort(), ["0=0:ok", "1=1:ok", "2=0:ok", "3=1:ok", "4=0:ok"]);
	t.is(dispatcher.queued + dispatcher.outstanding, 0);
	t.deepEqual(errors, []);
});

test("what was cancelled answers for nobody, though its id has come again", async (t) => {
	const { dispatcher, ranks, ends, submit } = start(1, 1);
	submit(0);
	await settled();
	t.true(dispatcher.cancel(0));
	await settled();
	submit(0);
	await settled();
	t.deepEqual(ranks[1].ids, [0]);
	ranks[0].answer(0);
	await settled();
	t.deepEqual(ends, ["0=0:cancelled"]);
	ranks[1].answer(0);
	await settled();
	t.deepEqual(ends, ["0=0:cancelled", "0=1:ok"]);
});

test("what had begun to speak is interrupted, and its rest runs elsewhere under its id", async (t) => {
	const { ranks, ends, submit } = start(1, 1);
	submit(0, () => {});
	await settled();
	ranks[0].tell({ type: "pieces", pieces: [[0, "Hel"]] });
	ranks[0].tell({ type: "down", running: [0] });
	await settled();
	t.deepEqual(ends, ["0=0:interrupted"]);
	ranks[0].tell({ type: "up" });
	submit(0, () => {});
	await settled();
	t.deepEqual([ranks[0].ids, ranks[1].ids], [[0], [0]]);
	ranks[1].answer(0);
	await settled();
	t.is(ends[1], "0=1:ok");
});

test("a rank that leaves is let go when it has ended what it has", async (t) => {
	const { dispatcher, ranks, submit } = start(1, 1);
	submit(0);
	await settled();
	let left = false;
	const leaving = dispatcher.leave(0).then(() => {
		left = true;
	});
	submit(1);
	submit(2);
	await settled();
	t.deepEqual([ranks[0].ids, ranks[1].ids], [[0], [1]]);
	t.false(left);
	ranks[0].answer(0);
	await leaving;
	t.deepEqual(ranks[0].ids, [0]);
});
