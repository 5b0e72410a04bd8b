import test from "ava";
import { POLICIES } from "../../../src/llama/schedule/policies.ts";
import { random } from "../../support/memory-channels.ts";
import { itemsOf, Simulation, type SimulationOptions } from "../support/simulation.ts";

const simulate = (options: SimulationOptions) => new Simulation(options).run();

/** Every tenth item, at random places, is 20 times as long. */
function skewed(count: number, seed: number) {
	const next = random(seed);
	return itemsOf(count, () => ({ maxTokens: next() < 0.1 ? 200 : 10 }));
}

test("round-robin gives rank r the items r, size + r, ..., whoever is idle", (t) => {
	const items = itemsOf(20, (id) => ({ maxTokens: id % 4 === 0 ? 1000 : 1 }));
	const { ended } = simulate({ policy: "round-robin", ranks: 4, slots: 2, items });
	t.is(ended.length, 20);
	t.true(ended.every(({ id, rank }) => rank === id % 4));
});

test("dynamic keeps unequal prompts balanced: a skewed file is done 1.3 times as fast as dealt round", (t) => {
	const ratios = Array.from({ length: 20 }, (_, seed) => {
		const items = skewed(100, seed);
		const [dynamic, dealt] = (["dynamic", "round-robin"] as const).map(
			(policy) => simulate({ policy, ranks: 4, slots: 1, items }).makespan,
		);
		return (dealt ?? 0) / (dynamic ?? 1);
	}).sort((a, b) => a - b);
	t.true((ratios[10] ?? 0) > 1.3, `median ${ratios[10]}`);
	t.true((ratios[0] ?? 0) >= 1, `least ${ratios[0]}`);
});

test("dynamic keeps unequal ranks balanced: a rank of four times the speed runs four times as much", (t) => {
	const items = itemsOf(500);
	const { ended, makespan } = simulate({ policy: "dynamic", ranks: 2, slots: 4, items, speeds: [4, 1] });
	const share = ended.filter(({ rank }) => rank === 0).length / ended.length;
	t.true(Math.abs(share - 0.8) < 0.02, `${share}`);
	t.true(makespan < 1.05 * ((500 * 100) / 4 / 5 + 100), `${makespan}`);
});

test("dynamic starts the longest first once it knows the end, and those of a size in order", (t) => {
	const items = itemsOf(8, (id) => ({ maxTokens: id === 5 ? 900 : 50 }));
	const { scheduler } = new Simulation({ policy: "dynamic", ranks: 1, slots: 8, items });
	for (const item of items) scheduler.add(item);
	scheduler.close();
	const order = Array.from({ length: 8 }, () => scheduler.next()?.item.id);
	t.deepEqual(order, [5, 0, 1, 2, 3, 4, 6, 7]);
});

test("dynamic hands out ahead only what is short", (t) => {
	const taken = (maxTokens: number) => {
		const items = itemsOf(20, () => ({ maxTokens, promptTokens: 1 }));
		const { scheduler } = new Simulation({ policy: "dynamic", ranks: 1, slots: 4, items });
		for (const item of items) scheduler.add(item);
		let count = 0;
		while (scheduler.next() !== undefined) count += 1;
		return count;
	};
	t.is(taken(100), 4);
	t.is(taken(1), 8);
});

test("dynamic runs a higher priority first, but an item that waits is never overtaken for ever", (t) => {
	const urgent = itemsOf(400, (id) => ({ priority: id === 390 ? 1 : 0 }));
	const { scheduler } = new Simulation({ policy: "dynamic", ranks: 1, slots: 1, items: urgent });
	for (const item of urgent) scheduler.add(item);
	const order: number[] = [];
	for (let next = scheduler.next(); next !== undefined; next = scheduler.next()) {
		order.push(next.item.id);
		scheduler.finished(0, next.item.id);
	}
	// A step of priority counts as much as having come a hundred items earlier.
	t.is(order.indexOf(390), 291);

	// A stream in which everything is more urgent than its first item.
	const stream = itemsOf(5000, (id) => ({ priority: id === 0 ? 0 : 10 }));
	const { ended } = simulate({ policy: "dynamic", ranks: 2, slots: 1, items: stream, window: 50 });
	t.is(ended.length, 5000);
	const place = ended.findIndex(({ id }) => id === 0);
	t.true(place > 500 && place < 1100, `${place}`);
});

test("prefix evaluates each shared beginning once, where others evaluate it again and again", (t) => {
	const next = random(5);
	const beginnings = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(4000));
	const items = itemsOf(256, (id) => ({
		text: `${beginnings[Math.floor(next() * 8)]} question ${id}`,
		promptTokens: 1010,
		maxTokens: 20,
	}));
	const run = (policy: "prefix" | "dynamic") => simulate({ policy, ranks: 4, slots: 1, items });
	const [prefix, dynamic] = [run("prefix"), run("dynamic")];
	t.is(prefix.ended.length, 256);
	t.true(dynamic.evaluated > 5 * prefix.evaluated, `${dynamic.evaluated} / ${prefix.evaluated}`);
	// Each beginning once, or twice where a rank that had run dry took half of a group.
	t.true(prefix.evaluated < 12 * 4000 + 256 * 20, `${prefix.evaluated}`);
	t.true(prefix.makespan < dynamic.makespan);
});

test("prefix separates what follows a common instruction, and never keeps ranks idle for one", (t) => {
	const instruction = "You are helpful. ".repeat(60);
	const documents = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(3000));
	const items = itemsOf(160, (id) => ({
		text: `${instruction}${documents[id % 8]} ${id}`,
		promptTokens: 1000,
	}));
	const { evaluated } = simulate({ policy: "prefix", ranks: 4, slots: 1, items });
	t.true(evaluated < 12 * (3000 + instruction.length), `${evaluated}`);

	// All share everything: they must still go to all ranks.
	const same = itemsOf(160, (id) => ({ text: `${instruction}${id}`, promptTokens: 260 }));
	const shared = simulate({ policy: "prefix", ranks: 4, slots: 1, items: same });
	const alone = simulate({ policy: "dynamic", ranks: 4, slots: 1, items: same });
	t.true(shared.makespan < 1.1 * alone.makespan, `${shared.makespan} ${alone.makespan}`);
});

test("prefix is no worse than dynamic where nothing is shared, on ranks of any speed", (t) => {
	const items = skewed(400, 9);
	const speeds = [1, 2, 4, 1];
	const prefix = simulate({ policy: "prefix", ranks: 4, slots: 2, items, speeds });
	const dynamic = simulate({ policy: "dynamic", ranks: 4, slots: 2, items, speeds });
	t.is(prefix.ended.length, 400);
	t.true(prefix.makespan < 1.15 * dynamic.makespan, `${prefix.makespan} ${dynamic.makespan}`);
});

test("prefix remembers from page to page which rank had a beginning", (t) => {
	const beginnings = Array.from({ length: 4 }, (_, index) => `${index}`.repeat(4000));
	const items = itemsOf(400, (id) => ({ text: `${beginnings[id % 4]} ${id}`, promptTokens: 1000 }));
	const { evaluated } = simulate({ policy: "prefix", ranks: 4, slots: 1, items, window: 80 });
	t.true(evaluated < 12 * 4000, `${evaluated}`);
});

for (const policy of POLICIES) {
	test(`${policy} runs items of a window that is smaller than the file`, (t) => {
		const { ended } = simulate({ policy, ranks: 3, slots: 2, items: itemsOf(1000), window: 64 });
		t.is(new Set(ended.map(({ id }) => id)).size, 1000);
		t.is(ended.length, 1000);
	});
}
