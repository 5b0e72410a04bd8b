import test from "ava";
import { Setup } from "./support/setup.ts";

test("a higher priority goes first, whatever its number, and those of one in the order in which they came", (t) => {
	const setup = new Setup({}, [1]);
	const priorities = [0, -10, 3, 0, 100, -50, 1000, 50, 3, -1000];
	const items = priorities.map((priority) => setup.add({ priority }));
	const sorted = items.toSorted((a, b) => b.priority - a.priority || a.id - b.id);
	t.deepEqual(
		setup.order(),
		sorted.map(({ id }) => id),
	);
});

test("those with deadlines go first within a class, the soonest before all", (t) => {
	const setup = new Setup({}, [1]);
	const never = setup.add();
	const late = setup.add({ deadlineMs: 9_000 });
	const soon = setup.add({ deadlineMs: 4_000 });
	const urgent = setup.add({ priority: 1, deadlineMs: 20_000 });
	t.deepEqual(setup.order(), [urgent.id, soon.id, late.id, never.id]);
});

test("a waiting item gains a step of priority in five seconds", (t) => {
	const setup = new Setup({}, [1]);
	const batch = setup.add({ priority: -10 });
	setup.now = 45_000;
	const before = setup.add();
	setup.now = 55_000;
	const after = setup.add();
	t.deepEqual(setup.order(), [before.id, batch.id, after.id]);
});

test("nothing starves: a low class has its turn although a higher one always waits", (t) => {
	for (const [priority, overtakenMs] of [
		[10, 100_000],
		[1_000_000, 350_000],
	] as const) {
		const setup = new Setup({}, [1]);
		const low = setup.add({ priority: -10 });
		const came = new Map<number, number>();
		let last = -1;
		while (setup.now < 1_000_000) {
			// Two come for each that ends: the queue of the higher class never is empty.
			for (let count = 0; count < 2; count++) came.set(setup.add({ priority }).id, setup.now);
			const [[id, rank] = [-1, -1]] = setup.start();
			setup.end(rank, id);
			setup.now += 1_000;
			if (id === low.id) break;
			last = Math.max(last, came.get(id) ?? 0);
		}
		t.true(setup.now < 1_000_000, "it has run");
		t.true(last <= overtakenMs && last >= overtakenMs - 5_000, `${priority}: ${last}`);
	}
});

test("expire() takes out what is over, and nextDeadline() says when that is", (t) => {
	const setup = new Setup({}, [0]);
	t.is(setup.schedule.nextDeadline(), undefined);
	setup.add();
	const second = setup.add({ deadlineMs: 200 });
	const first = setup.add({ deadlineMs: 100 });
	t.is(setup.schedule.nextDeadline(), 100);
	t.is(setup.schedule.nextWake(), 100);
	t.deepEqual(setup.schedule.expire(), []);
	setup.now = 100;
	t.deepEqual(setup.schedule.expire(), [first]);
	setup.now = 1_000;
	t.deepEqual(setup.schedule.expire(), [second]);
	t.is(setup.schedule.queued, 1);
	t.is(setup.schedule.nextWake(), undefined);
});

test("what is cancelled while it waits is gone, and drain() takes all that is left", (t) => {
	const setup = new Setup();
	const [a, b, c] = [setup.add(), setup.add(), setup.add()];
	// Another object of the same id is as good.
	t.is(setup.schedule.cancel({ ...b }), undefined);
	t.deepEqual(setup.schedule.drain(), [a, c]);
	t.is(setup.schedule.queued, 0);
});
