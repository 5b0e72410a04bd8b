import test from "ava";
import { Setup } from "./support/setup.ts";

const states = ({ schedule }: Setup) => schedule.snapshot().ranks.map(({ state }) => state);

test("a rank that runs something and is silent for three seconds gets nothing until it is heard again", (t) => {
	const setup = new Setup({}, [2, 2]);
	setup.now = 60_000;
	setup.add();
	t.deepEqual(setup.start(), [[0, 0]]);
	setup.now += 2_999;
	t.deepEqual(setup.schedule.suspects(), []);
	setup.now += 1;
	// Rank 1 is silent, too, and has nothing to say.
	t.deepEqual(setup.schedule.suspects(), [0]);
	t.deepEqual(states(setup), ["suspect", "up"]);
	for (let count = 0; count < 3; count++) setup.add();
	t.deepEqual(setup.start(), [
		[1, 1],
		[2, 1],
	]);
	setup.schedule.heard(0);
	t.deepEqual(setup.schedule.suspects(), []);
	t.deepEqual(setup.start(), [[3, 0]]);
});

test("three failures of an engine within a minute keep requests away for five seconds; then one may try", (t) => {
	const setup = new Setup({}, [4]);
	const { schedule } = setup;
	const fail = (id: number) => {
		schedule.failedByEngine(0);
		schedule.finished(0, id);
	};
	for (const at of [0, 61_000, 62_000]) {
		setup.now = at;
		const { id } = setup.add();
		setup.start();
		fail(id);
	}
	t.deepEqual(states(setup), ["up"], "the first is forgotten");
	setup.now = 63_000;
	fail(setup.add().id);
	t.deepEqual(states(setup), ["suspect"]);
	t.is(schedule.nextWake(), 68_000);
	schedule.drain();
	const [a, b] = [setup.add(), setup.add()];
	t.deepEqual(setup.start(), []);
	setup.now = 68_000;
	t.deepEqual(setup.start(), [[a.id, 0]], "one alone");
	fail(a.id);
	t.is(schedule.nextWake(), 73_000);
	t.deepEqual(setup.start(), []);
	setup.now = 73_000;
	t.deepEqual(setup.start(), [[b.id, 0]]);
	const [c, d] = [setup.add(), setup.add()];
	t.deepEqual(setup.start(), []);
	setup.end(0, b.id);
	t.deepEqual(states(setup), ["up"]);
	t.deepEqual(setup.start(), [
		[c.id, 0],
		[d.id, 0],
	]);
});

test("a request that tries and is cancelled leaves the try to another", (t) => {
	const setup = new Setup({}, [2]);
	for (let count = 0; count < 3; count++) setup.schedule.failedByEngine(0);
	setup.now = 5_000;
	const [a, b] = [setup.add(), setup.add()];
	t.deepEqual(setup.start(), [[a.id, 0]]);
	setup.schedule.cancel(a);
	setup.end(0, a.id);
	t.deepEqual(states(setup), ["suspect"]);
	t.deepEqual(setup.start(), [[b.id, 0]]);
});

test("a breaker counts one place for admission, and a new engine closes it", (t) => {
	const setup = new Setup({ maxQueue: 0 }, [4]);
	for (let count = 0; count < 3; count++) setup.schedule.failedByEngine(0);
	t.false(setup.offer().admitted);
	setup.now = 5_000;
	t.true(setup.offer().admitted);
	t.false(setup.offer().admitted);
	setup.schedule.engineDied(0, []);
	setup.schedule.engineUp(0);
	t.deepEqual(states(setup), ["up"]);
});

test("a rank that leaves ends what it has; one that is lost shows as lost until it joins again", (t) => {
	const setup = new Setup({}, [1, 1, 1]);
	const { schedule } = setup;
	setup.add();
	const [[id, rank] = [0, 0]] = setup.start();
	t.is(rank, 0);
	schedule.leave(0);
	schedule.engineDied(2, []);
	schedule.lose(1);
	t.deepEqual(states(setup), ["draining", "lost", "down"]);
	t.is(schedule.living, 1);
	t.is(schedule.loadOf(0), 1);
	setup.add();
	t.deepEqual(setup.start(), []);
	t.is(setup.end(0, id), id);
	t.is(schedule.loadOf(0), 0);
	schedule.lose(0);
	schedule.join(1, 2);
	t.deepEqual(
		schedule.snapshot().ranks.map((each) => [each.rank, each.state, each.slots.length, each.deaths]),
		[
			[1, "up", 2, 0],
			[2, "down", 1, 1],
		],
	);
});

test("snapshot() tells what each slot runs and holds, and what waits", (t) => {
	const setup = new Setup({}, [2]);
	setup.add({ text: "hello" });
	setup.add({ text: "" });
	setup.add({ promptTokens: 7 });
	setup.start();
	const snapshot = () => setup.schedule.snapshot();
	t.like(snapshot(), { waiting: 1, waitingTokens: 7 });
	t.like(snapshot().ranks[0], { rank: 0, state: "up", running: 2, deaths: 0 });
	t.deepEqual(snapshot().ranks[0]?.slots, [
		{ busy: true, item: 0, chars: 5 },
		{ busy: false, item: undefined, chars: 0 },
	]);
	setup.end(0, 0, " world");
	t.deepEqual(snapshot().ranks[0]?.slots[0], { busy: false, item: undefined, chars: 11 });
	setup.schedule.engineDied(0, []);
	t.is(snapshot().ranks[0]?.slots[0]?.chars, 0);
});
