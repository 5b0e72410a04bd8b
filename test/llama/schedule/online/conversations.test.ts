import test from "ava";
import { converse } from "./support/conversations.ts";

const OPTIONS = { ranks: 4, slots: 8, conversations: 24, turns: 6, system: 2_000 } as const;

for (const clients of [1, 8, 16, 24]) {
	test(`24 conversations in a shuffled order, ${clients} at the same time, find what they had, on all ranks`, (t) => {
		for (let seed = 1; seed <= 10; seed++) {
			const result = converse({ ...OPTIONS, policy: "prefix", clients, seed });
			t.true(result.found >= 0.8, `seed ${seed}: ${result.found}`);
			t.true(Math.max(...result.firsts) <= 0.4 * 24, `seed ${seed}: ${result.firsts}`);
			t.is(result.loop.runs.length, 24 * 6);
			t.is(result.loop.schedule.outstanding + result.loop.schedule.queued, 0);
		}
	});
}

test("conversations find less on ranks that are chosen by their load alone", (t) => {
	const [prefix, dynamic] = (["prefix", "dynamic"] as const).map((policy) =>
		converse({ ...OPTIONS, policy, clients: 8, seed: 1 }),
	);
	t.true((prefix?.found ?? 0) > (dynamic?.found ?? 0) + 0.3);
	t.true((prefix?.cached ?? 0) > (dynamic?.cached ?? 0) + 0.1);
});

test("rank 0 knows what every slot holds", (t) => {
	for (const policy of ["prefix", "dynamic", "round-robin"] as const) {
		const { loop } = converse({ ...OPTIONS, policy, conversations: 60, clients: 20, seed: 7 });
		for (const { rank, slots } of loop.schedule.snapshot().ranks) {
			const chars = slots.map((slot) => slot.chars).sort((a, b) => a - b);
			t.deepEqual(chars, loop.held(rank));
		}
	}
});
