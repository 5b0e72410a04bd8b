import test from "ava";
import { Setup } from "./support/setup.ts";

test("what an engine ran when it died goes to the front of its class and to another rank", (t) => {
	const setup = new Setup({}, [1, 1]);
	const [a, b, c] = [setup.add(), setup.add(), setup.add({ deadlineMs: 4_000 })];
	t.deepEqual(setup.start(), [
		[c.id, 0],
		[a.id, 1],
	]);
	const urgent = setup.add({ priority: 1 });
	t.deepEqual(setup.schedule.engineDied(1, [a.id]), []);
	setup.end(0, c.id);
	t.deepEqual(setup.start(), [[urgent.id, 0]]);
	setup.schedule.engineUp(1);
	// Rank 1 has its engine again, but not for what died with it.
	t.deepEqual(setup.start(), [[b.id, 1]]);
	setup.end(0, urgent.id);
	t.deepEqual(setup.start(), [[a.id, 0]]);
	t.is(setup.schedule.counts.requeued, 1);
	t.is(setup.end(0, a.id), a.id);
});

test("it goes to the same rank where no other lives", (t) => {
	const setup = new Setup({}, [1, 1]);
	const item = setup.add();
	const [[, rank] = [0, 0]] = setup.start();
	setup.schedule.lose(1 - rank);
	setup.schedule.engineDied(rank, [item.id]);
	t.deepEqual(setup.start(), []);
	setup.schedule.engineUp(rank);
	t.deepEqual(setup.start(), [[item.id, rank]]);
});

test("what two engines died of is condemned; what was only on its way there is not to blame", (t) => {
	const setup = new Setup({}, [2, 2, 2]);
	const [poison, onItsWay] = [setup.add(), setup.add()];
	const ranks: number[] = [];
	for (let death = 0; death < 2; death++) {
		const given = new Map(setup.start());
		const rank = given.get(poison.id) as number;
		ranks.push(rank);
		const condemned = setup.schedule.engineDied(rank, [poison.id]);
		t.deepEqual(condemned, death === 0 ? [] : [poison]);
		setup.schedule.engineUp(rank);
	}
	t.is(new Set(ranks).size, 2);
	t.is(setup.schedule.counts.condemned, 1);
	setup.start();
	t.deepEqual(
		[0, 1, 2].map((rank) => setup.end(rank, onItsWay.id)).filter((id) => id !== undefined),
		[onItsWay.id],
	);
	t.is(setup.schedule.outstanding, 0);
});

test("what may have killed an engine is kept apart from its like", (t) => {
	const setup = new Setup({ policy: "dynamic" }, [4, 4, 4, 4, 4]);
	for (let count = 0; count < 4; count++) setup.schedule.leave(count + 1);
	const four = Array.from({ length: 4 }, () => setup.add().id);
	setup.start();
	for (let rank = 1; rank < 5; rank++) setup.schedule.join(rank, 4);
	setup.schedule.engineDied(0, four);
	t.deepEqual(new Set(setup.start().map(([, rank]) => rank)), new Set([1, 2, 3, 4]));
});

test("three attempts are the most, whether engines or ranks die", (t) => {
	const setup = new Setup({}, [1, 1, 1, 1]);
	const item = setup.add();
	for (let death = 0; death < 2; death++) {
		const [[, rank] = [0, 0]] = setup.start();
		setup.schedule.lose(rank);
		t.is(setup.schedule.queued, 1);
	}
	const [[, rank] = [0, 0]] = setup.start();
	t.deepEqual(setup.schedule.engineDied(rank, [item.id]), [item]);
});

test("an answer to what was put back is dropped, and counted as late", (t) => {
	const setup = new Setup({}, [1, 1]);
	const item = setup.add();
	const [[, first] = [0, 0]] = setup.start();
	setup.schedule.lose(first);
	t.is(setup.end(first, item.id), undefined);
	t.is(setup.schedule.counts.late, 1);
	t.deepEqual(setup.start(), [[item.id, 1 - first]]);
	t.is(setup.end(1 - first, item.id), item.id);
	t.is(setup.end(1 - first, item.id), undefined);
});

test("what is cancelled keeps its slot until its rank has ended it, and no death brings it back", (t) => {
	const setup = new Setup({}, [1]);
	const item = setup.add();
	setup.start();
	t.is(setup.schedule.cancel(item), 0);
	t.is(setup.schedule.cancel(item), undefined, "it is cancelled already");
	const next = setup.add();
	t.deepEqual(setup.start(), []);
	t.is(setup.end(0, item.id), undefined, "nobody wants its answer");
	t.is(setup.schedule.counts.late, 0);
	t.deepEqual(setup.start(), [[next.id, 0]]);
	setup.schedule.cancel(next);
	t.deepEqual(setup.schedule.engineDied(0, [next.id]), []);
	t.is(setup.schedule.queued + setup.schedule.outstanding, 0);
});

test("the rest of an item comes under its id, and is remembered for what killed engines before", (t) => {
	const setup = new Setup({}, [1, 1, 1]);
	const item = setup.add();
	const [[, first] = [0, 0]] = setup.start();
	setup.schedule.engineDied(first, [item.id]);
	setup.schedule.cancel(item);
	setup.schedule.engineUp(first);
	const later = setup.add();
	const rest = { ...item, text: "the rest" };
	setup.schedule.add(rest);
	const given = setup.start();
	t.deepEqual(new Set(given.map(([id]) => id)), new Set([rest.id, later.id]));
	t.is(given[0]?.[0], rest.id, "to the front");
	t.not(given[0]?.[1], first);
	t.deepEqual(setup.schedule.engineDied(given[0]?.[1] as number, [rest.id]), [rest]);
});

test("the rest of an item goes nowhere where the cancelled one still runs", (t) => {
	const setup = new Setup({}, [2]);
	const item = setup.add();
	setup.start();
	setup.schedule.cancel(item);
	setup.schedule.add({ ...item });
	t.deepEqual(setup.start(), []);
	setup.end(0, item.id);
	t.deepEqual(setup.start(), [[item.id, 0]]);
	t.is(setup.end(0, item.id), item.id);
});
