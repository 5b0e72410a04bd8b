import test from "ava";
import { POLICIES } from "../../../src/llama/schedule/policies.ts";
import { random } from "../../support/memory-channels.ts";
import { itemsOf, Simulation } from "../support/simulation.ts";

for (const policy of POLICIES) {
	test(`${policy} ends every item once, whatever dies when`, (t) => {
		for (let seed = 0; seed < 150; seed++) {
			const next = random(seed);
			const ranks = 1 + Math.floor(next() * 6);
			const slots = 1 + Math.floor(next() * 4);
			const count = Math.floor(next() * 200);
			const poisonous = new Set<number>();
			const items = itemsOf(count, (id) => {
				const poison = next() < 0.02;
				if (poison) poisonous.add(id);
				const text = `${Math.floor(next() * 5)}`.repeat(300) + id;
				return { poison, text, maxTokens: 1 + Math.floor(next() * 300), priority: Math.floor(next() * 5) };
			});
			const window = 1 + Math.floor(next() * 100);
			const simulation = new Simulation({
				...{ policy, ranks, slots, items, window },
				disaster: ({ living }) => {
					const victim = Math.floor(next() * ranks);
					if (!living.has(victim)) return;
					if (next() < 0.03) simulation.killRank(victim);
				},
			});
			const { ended, condemned, left, scheduler } = simulation.run();
			const all = [...ended.map(({ id }) => id), ...condemned, ...left].sort((a, b) => a - b);
			t.deepEqual(
				all,
				items.map(({ id }) => id),
				`seed ${seed}`,
			);
			t.true(
				condemned.every((id) => poisonous.has(id)),
				`seed ${seed}: only what kills is condemned`,
			);
			t.is(ended.filter(({ id }) => poisonous.has(id)).length, 0);
			t.is(scheduler.outstanding, 0);
			t.is(scheduler.queued, 0);
			if (simulation.living.size > 0) t.is(left.length, 0, `seed ${seed}: somebody lived`);
		}
	});
}

test("an item that was running when an engine died runs again alone, and is condemned by the second death", (t) => {
	const items = itemsOf(6);
	const { scheduler } = new Simulation({ policy: "dynamic", ranks: 2, slots: 2, items });
	for (const item of items) scheduler.add(item);
	scheduler.close();
	const first = Array.from({ length: 4 }, () => scheduler.next());
	t.deepEqual(
		first.map((each) => [each?.rank, each?.item.id]),
		[
			[0, 0],
			[1, 1],
			[0, 2],
			[1, 3],
		],
	);
	t.deepEqual(scheduler.engineDied(0, [0, 2]), []);
	t.is(scheduler.next(), undefined, "rank 1 is full, and rank 0's engine is down");
	scheduler.engineUp(0);
	t.like(scheduler.next(), { rank: 0, item: { id: 0 } });
	t.is(scheduler.next(), undefined, "a suspect is alone on its rank");
	scheduler.finished(0, 0);
	t.like(scheduler.next(), { rank: 0, item: { id: 2 } });
	t.deepEqual(
		scheduler.engineDied(0, [2]).map(({ id }) => id),
		[2],
	);
	scheduler.engineUp(0);
	t.like(scheduler.next(), { rank: 0, item: { id: 4 } });
	t.like(scheduler.next(), { rank: 0, item: { id: 5 } });
	t.deepEqual(scheduler.counts, { requeued: 2, condemned: 1, late: 0 });
});

test("suspects of a lost rank drain another one, which then runs them alone", (t) => {
	const items = itemsOf(5);
	const { scheduler } = new Simulation({ policy: "dynamic", ranks: 2, slots: 2, items });
	for (const item of items) scheduler.add(item);
	for (let count = 0; count < 4; count++) scheduler.next();
	scheduler.engineDied(0, [0, 2]);
	scheduler.lose(0);
	scheduler.finished(1, 1);
	t.is(scheduler.next(), undefined, "rank 1 waits for its other item to end");
	scheduler.finished(1, 3);
	t.like(scheduler.next(), { rank: 1, item: { id: 0 } });
	t.is(scheduler.next(), undefined);
	scheduler.finished(1, 0);
	t.like(scheduler.next(), { rank: 1, item: { id: 2 } });
	scheduler.finished(1, 2);
	t.like(scheduler.next(), { rank: 1, item: { id: 4 } });
});

test("an answer to an item that was handed out again is dropped", (t) => {
	const { scheduler } = new Simulation({ policy: "dynamic", ranks: 2, slots: 1, items: [] });
	for (const item of itemsOf(1)) scheduler.add(item);
	t.is(scheduler.next()?.rank, 0);
	scheduler.lose(0);
	t.is(scheduler.finished(0, 0), undefined);
	t.is(scheduler.next()?.rank, 1);
	t.is(scheduler.finished(1, 0)?.id, 0);
	t.deepEqual(scheduler.counts, { requeued: 1, condemned: 0, late: 1 });
});
