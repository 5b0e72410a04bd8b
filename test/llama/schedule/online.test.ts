import test from "ava";
import { arrivals } from "../../../src/llama/schedule/arrivals.ts";
import { Beginnings } from "../../../src/llama/schedule/beginnings.ts";
import { POLICIES } from "../../../src/llama/schedule/policies.ts";
import { Scheduler } from "../../../src/llama/schedule/scheduler.ts";
import { random } from "../../support/memory-channels.ts";
import { type ArrivingItem, openLoop } from "../support/open-loop.ts";

/** 96 prompts on 8 beginnings of 600 characters, in random order, at so many a second; 0: all at once. */
function load(rate: number, seed: number): ArrivingItem[] {
	const next = random(seed);
	const times = rate === 0 ? undefined : arrivals({ rate, seed });
	const beginnings = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(600));
	const shuffled = Array.from({ length: 96 }, (_, index) => ({ index, order: next() }))
		.sort((a, b) => a.order - b.order)
		.map(({ index }) => index);
	return shuffled.map((index, id) => {
		const text = `${beginnings[index % 8]} Question ${index}?`;
		const at = times === undefined ? 0 : times.next().value;
		return { id, text, at, promptTokens: Math.ceil(text.length / 4), maxTokens: 64, priority: 0 };
	});
}

const run = (policy: (typeof POLICIES)[number], rate: number, seed: number) =>
	openLoop({ policy, ranks: 2, slots: 4, items: load(rate, seed) });

test("prefix at 40 requests a second evaluates at most 1.5 times what it evaluates of a file", (t) => {
	for (let seed = 1; seed <= 10; seed++) {
		const closed = run("prefix", 0, seed).evaluated;
		const online = run("prefix", 40, seed).evaluated;
		t.true(online <= 1.5 * closed, `seed ${seed}: ${online} and ${closed}`);
		// Each beginning once, and what follows it: no policy can do with less.
		t.true(closed < 1.3 * (8 * 600 + 96 * 14), `seed ${seed}: ${closed}`);
		const dynamic = run("dynamic", 40, seed).evaluated;
		t.true(dynamic > 4 * online, `seed ${seed}: ${dynamic}`);
	}
});

test("prefix online makes nobody wait much longer than dynamic does", (t) => {
	const mean = ({ latencies }: ReturnType<typeof run>) =>
		[...latencies.values()].reduce((sum, each) => sum + each, 0) / latencies.size;
	for (let seed = 1; seed <= 5; seed++) {
		const [prefix, dynamic] = [run("prefix", 40, seed), run("dynamic", 40, seed)];
		t.is(prefix.latencies.size, 96);
		t.true(mean(prefix) < 1.3 * mean(dynamic), `${mean(prefix)} and ${mean(dynamic)}`);
	}
});

test("prefix online uses every rank also where all begin alike", (t) => {
	const text = "the same ".repeat(100);
	const items = Array.from({ length: 200 }, (_, id): ArrivingItem => {
		return { id, text: `${text}${id}`, at: id * 10, promptTokens: 225, maxTokens: 100, priority: 0 };
	});
	const [prefix, dynamic] = (["prefix", "dynamic"] as const).map((policy) =>
		openLoop({ policy, ranks: 2, slots: 4, items }),
	);
	t.true((prefix?.makespanMs ?? 0) < 1.1 * (dynamic?.makespanMs ?? 0));
});

for (const policy of POLICIES) {
	test(`${policy} keeps what comes before any rank has joined, and cancels what waits and what runs`, (t) => {
		const scheduler = new Scheduler<ArrivingItem>({ policy, textOf: ({ text }) => text });
		const items = load(0, 1).slice(0, 6);
		for (const item of items) scheduler.add(item);
		t.is(scheduler.next(), undefined);
		t.is(scheduler.queued, 6);
		scheduler.join(0, 2);
		const given = [scheduler.next(), scheduler.next()].map((each) => each?.item as ArrivingItem);
		const [running] = given as [ArrivingItem];
		const waiting = items.filter((item) => !given.includes(item));
		if (policy !== "round-robin") t.is(scheduler.cancel(waiting[0] as ArrivingItem), undefined);
		t.is(scheduler.cancel(running), 0, "the rank that has it");
		t.is(scheduler.loadOf(0), 2, "its slot is taken until the rank says so");
		// It was cancelled: the death of its engine does not bring it back.
		t.deepEqual(scheduler.engineDied(0, [running.id]), []);
		scheduler.lose(0);
		t.is(scheduler.outstanding, 0);
		scheduler.join(1, 8);
		const left = new Set<number>();
		for (let next = scheduler.next(); next !== undefined; next = scheduler.next()) {
			t.is(next.rank, 1);
			left.add(next.item.id);
		}
		t.false(left.has(running.id));
		t.is(left.size, policy === "round-robin" ? 5 : 4);
	});

	test(`${policy} gives a rank that leaves nothing more, and what was kept for it to others`, (t) => {
		const scheduler = new Scheduler<ArrivingItem>({ policy, textOf: ({ text }) => text });
		scheduler.join(0, 1);
		scheduler.join(1, 3);
		const items = load(0, 2);
		for (const item of items) scheduler.add(item);
		const first = new Map<number, number[]>();
		const seen: number[] = [];
		const drain = () => {
			for (let next = scheduler.next(); next !== undefined; next = scheduler.next()) {
				first.set(next.rank, [...(first.get(next.rank) ?? []), next.item.id]);
			}
		};
		drain();
		// One slot and three: unequal ranks have unequal work, unless all is dealt.
		if (policy !== "round-robin")
			t.deepEqual([...first].map(([rank, { length }]) => [rank, length]).sort(), [
				[0, 1],
				[1, 3],
			]);
		scheduler.leave(0);
		t.is(scheduler.living, 1);
		while (scheduler.outstanding > 0) {
			for (const [rank, ids] of [...first]) {
				first.delete(rank);
				for (const id of ids) if (scheduler.finished(rank, id) !== undefined) seen.push(id);
			}
			drain();
			t.false(first.has(0), "it has left");
		}
		t.is(scheduler.loadOf(0), 0);
		t.deepEqual(
			seen.sort((a, b) => a - b),
			items.map(({ id }) => id),
		);
	});
}

test("prefix lets an urgent request overtake, and no more than its step of priority allows", (t) => {
	const scheduler = new Scheduler<ArrivingItem>({ policy: "prefix", textOf: ({ text }) => text });
	scheduler.join(0, 1);
	const item = (id: number, priority: number): ArrivingItem => {
		return { id, text: `${id}`, at: 0, promptTokens: 100, maxTokens: 100, priority };
	};
	for (let id = 0; id < 4; id++) scheduler.add(item(id, 0));
	scheduler.add(item(4, 1));
	const order: number[] = [];
	for (let next = scheduler.next(); next !== undefined; next = scheduler.next()) {
		order.push(next.item.id);
		scheduler.finished(0, next.item.id);
	}
	t.is(order[0], 4);
	t.is(order.length, 5);
});

test("Beginnings finds who had the longest beginning last, and forgets the oldest", (t) => {
	const memory = new Beginnings(20);
	const common = "x".repeat(400);
	memory.remember(`${common}${"a".repeat(400)}`, 1);
	memory.remember(`${common}${"b".repeat(400)}`, 2);
	t.is(memory.find(`${common}${"a".repeat(400)}?`)?.owner, 1);
	t.is(memory.find(`${common}${"b".repeat(90)}`)?.owner, 2);
	// What both begin with is the last one's.
	t.deepEqual(memory.find(common), { owner: 2, length: 392 });
	t.is(memory.find("x".repeat(127)), undefined);
	for (let index = 0; index < 50; index++) memory.remember(`${index}`.repeat(500), 3);
	t.is(memory.find(common), undefined);
});
