import test from "ava";
import { Setup } from "./support/setup.ts";

test("what can start at once is taken, and does not count as waiting", (t) => {
	const setup = new Setup({ maxQueue: 0 }, [2, 1]);
	t.deepEqual(
		Array.from({ length: 4 }, () => setup.offer().admitted),
		[true, true, true, false],
	);
	t.is(setup.start().length, 3);
	t.like(setup.offer(), { admitted: false, reason: "queue_full" });
	setup.end(0, 0);
	t.true(setup.offer().admitted);
});

test("nothing can start before a rank has joined, so that only the queue has room", (t) => {
	const setup = new Setup({ maxQueue: 2 });
	t.deepEqual(
		Array.from({ length: 3 }, () => setup.offer().admitted),
		[true, true, false],
	);
	const down = new Setup({ maxQueue: 0 }, [4]);
	down.schedule.engineDied(0, []);
	t.false(down.offer().admitted);
});

test("a full queue refuses the newest of the lowest class: a higher one pushes it out", (t) => {
	const setup = new Setup({ maxQueue: 3 }, [1]);
	setup.offer();
	setup.start();
	const first = setup.offer({ priority: -10 });
	const normal = setup.offer();
	const second = setup.offer({ priority: -10 });
	t.like(setup.offer({ priority: -10 }), { admitted: false, reason: "queue_full" });
	t.like(setup.offer({ priority: -11 }), { admitted: false, reason: "queue_full" });
	const high = setup.offer({ priority: 10 });
	t.deepEqual(high.admitted && high.evicted?.map(({ id }) => id), [second.id]);
	const another = setup.offer();
	t.deepEqual(another.admitted && another.evicted?.map(({ id }) => id), [first.id]);
	t.false(setup.offer().admitted);
	setup.end(0, 0);
	t.deepEqual(setup.order(), [high.id, normal.id, another.id]);
});

test("what has aged into a class is not pushed out by it", (t) => {
	const setup = new Setup({ maxQueue: 1 });
	setup.offer({ priority: -10 });
	setup.now = 50_000;
	t.false(setup.offer().admitted);
	t.true(setup.offer({ priority: 1 }).admitted);
});

test("tokens of waiting prompts are bounded, and several make room for one", (t) => {
	const setup = new Setup({ maxQueueTokens: 100 }, [1]);
	t.true(setup.offer({ promptTokens: 1_000 }).admitted, "it can start at once");
	setup.start();
	t.true(setup.offer({ promptTokens: 60 }).admitted);
	t.like(setup.offer({ promptTokens: 41 }), { admitted: false, reason: "queue_tokens" });
	t.true(setup.offer({ promptTokens: 40, priority: -1 }).admitted);
	t.false(setup.offer({ promptTokens: 101, priority: 10 }).admitted, "it never fits");
	t.is(setup.schedule.queued, 2, "nobody was pushed out for it");
	const large = setup.offer({ promptTokens: 90, priority: 10 });
	t.deepEqual(large.admitted && large.evicted?.map(({ id }) => id), [3, 1]);
	t.is(setup.schedule.snapshot().waitingTokens, 90);
});

test("what would only begin after its deadline is refused at once", (t) => {
	const setup = new Setup({}, [2]);
	t.like(setup.offer({ deadlineMs: 0 }), { admitted: false, reason: "deadline" });
	t.true(setup.offer({ deadlineMs: 1 }).admitted);
	setup.offer();
	setup.start();
	// Nothing has been measured: nobody knows.
	const hopeful = setup.offer({ deadlineMs: 500 });
	t.true(hopeful.admitted);
	setup.now = 1_000;
	setup.end(0, 0);
	setup.end(0, 1);
	setup.start();
	setup.offer();
	setup.start();
	// A slot is free every half second, as far as one knows.
	t.like(setup.offer({ deadlineMs: 1_400 }), { admitted: false, reason: "deadline" });
	t.true(setup.offer({ deadlineMs: 1_600 }).admitted);
	t.like(setup.offer({ deadlineMs: 1_800 }), { admitted: false, reason: "deadline" });
	t.true(setup.offer({ deadlineMs: 1_800, priority: 1 }).admitted, "it overtakes what waits");
});

test("retryAfterMs() is a second before anything is known, then half the queue's time, within bounds", (t) => {
	const setup = new Setup({ maxQueue: 100 }, [2]);
	for (let count = 0; count < 22; count++) setup.add();
	setup.start();
	t.is(setup.schedule.retryAfterMs(), 1_000);
	setup.now = 500;
	setup.end(0, 0);
	setup.end(0, 1);
	// Twenty wait, of which ten need five rounds of both slots.
	t.is(setup.schedule.retryAfterMs(), 2_500);
	for (let count = 0; count < 2_000; count++) setup.add();
	t.is(setup.schedule.retryAfterMs(), 60_000);
	setup.schedule.drain();
	t.is(setup.schedule.retryAfterMs(), 250);
	// What was long ago says nothing of now.
	setup.now = 100_000;
	t.is(setup.schedule.retryAfterMs(), 1_000);
});

test("those that are refused are told to come back one after the other, as fast as requests begin", (t) => {
	const setup = new Setup({ maxQueue: 2 }, [1]);
	for (let count = 0; count < 3; count++) setup.add();
	setup.start();
	setup.now = 400;
	setup.end(0, 0);
	setup.start();
	setup.add();
	const refused = () => {
		const admission = setup.offer();
		return admission.admitted ? undefined : admission.retryAfterMs;
	};
	t.deepEqual([refused(), refused(), refused()], [400, 800, 1_200]);
	setup.now = 1_500;
	// Two of them are back, or have given up.
	t.is(refused(), 800);
});

test("what was put back after a death is not pushed out", (t) => {
	const setup = new Setup({ maxQueue: 1 }, [1]);
	const low = setup.add({ priority: -10 });
	setup.start();
	setup.schedule.engineDied(0, [low.id]);
	t.is(setup.schedule.queued, 1);
	t.false(setup.offer({ priority: 10 }).admitted);
	setup.schedule.engineUp(0);
	t.deepEqual(setup.start(), [[low.id, 0]]);
});
