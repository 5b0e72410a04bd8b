import test from "ava";
import { Agreement, type AgreementMessage, type Json } from "../../../src/progress/agreement/agreement.ts";
import { random } from "../../support/memory-channels.ts";

interface Member {
	readonly agreement: Agreement;
	/** World ranks whose end it has heard of. */
	readonly gone: Set<number>;
	alive: boolean;
	/** It dies some time. */
	readonly doomed: boolean;
	/** It dies instead of sending its message of this number, if it still lives: in the middle of telling the others. */
	readonly lastSend: number;
	sent: number;
	result: Json | undefined;
}

/**
 * Members in one process, joined by channels that keep their order and deliver at random. Each step delivers one
 * message, tells one member of one death, lets one join, or kills one.
 */
class World {
	readonly members: Member[];
	readonly #random: () => number;
	readonly #channels = new Map<string, AgreementMessage[]>();
	readonly #waiting: number[];

	constructor(seed: number, size: number, deaths: number) {
		const next = random(seed);
		const ranks = Array.from({ length: size }, (_, rank) => rank);
		this.#random = next;
		this.#waiting = [...ranks];
		// The lowest ones, which coordinate, more often than the others.
		const doomed = new Set(Array.from({ length: deaths }, () => Math.floor(next() ** 2 * size)));
		doomed.delete(Math.floor(next() * size));
		this.members = ranks.map((self) => {
			const gone = new Set<number>();
			const electorate = { self, members: ranks, isGone: (rank: number) => gone.has(rank) };
			const agreement = new Agreement(electorate, (to, message) => this.#send(self, to, message));
			const lastSend = doomed.has(self) ? Math.floor(next() * 4 * size) : Number.POSITIVE_INFINITY;
			return { agreement, gone, alive: true, doomed: doomed.has(self), lastSend, sent: 0, result: undefined };
		});
	}

	/** Runs until nothing can happen any more. */
	run(): void {
		for (let actions = this.#actions(); actions.length > 0; actions = this.#actions()) {
			(actions[Math.floor(this.#random() * actions.length)] as () => void)();
		}
	}

	#send(from: number, to: number, message: AgreementMessage): void {
		const member = this.members[from] as Member;
		if (member.sent++ >= member.lastSend) member.alive = false;
		if (!member.alive) return;
		const key = `${from} ${to}`;
		this.#channels.set(key, [...(this.#channels.get(key) ?? []), message]);
	}

	#actions(): (() => void)[] {
		const actions: (() => void)[] = [];
		for (const rank of this.#waiting) {
			const { agreement } = this.members[rank] as Member;
			actions.push(() => {
				this.#waiting.splice(this.#waiting.indexOf(rank), 1);
				agreement.join(
					2 ** rank,
					(votes) => [...votes.values()],
					(value) => this.#decided(rank, value),
				);
			});
		}
		for (const [key, messages] of this.#channels) {
			const [from, to] = key.split(" ").map(Number) as [number, number];
			const { alive, gone, agreement } = this.members[to] as Member;
			if (!alive || gone.has(from) || messages.length === 0) continue;
			actions.push(() => agreement.receive(from, messages.shift() as AgreementMessage));
		}
		for (const member of this.members) {
			const kill = () => {
				member.alive = false;
			};
			if (member.doomed && member.alive && this.#random() < 0.05) actions.push(kill);
		}
		for (const [dead, { alive }] of this.members.entries()) {
			if (alive) continue;
			for (const { gone, agreement, alive: hears } of this.members) {
				if (!hears || gone.has(dead)) continue;
				actions.push(() => {
					gone.add(dead);
					agreement.advance();
				});
			}
		}
		return actions;
	}

	#decided(rank: number, value: Json): void {
		const member = this.members[rank] as Member;
		// One that died while it told the others has not got as far as to use it.
		if (member.alive) member.result = value;
	}
}

test("Agreement gives every rank the same result whoever dies at whatever moment (5,000 schedules)", (t) => {
	let dead = 0;
	let late = 0;
	for (let seed = 1; seed <= 5_000; seed++) {
		const size = 1 + (seed % 7);
		const world = new World(seed, size, seed % (size + 1));
		world.run();
		const { members } = world;
		const living = members.filter(({ alive }) => alive);
		const results = new Set(
			members.flatMap(({ result }) => (result === undefined ? [] : [JSON.stringify(result)])),
		);
		if (results.size !== 1) t.fail(`seed ${seed}: ${results.size} results: ${[...results].join(" ")}`);
		if (!living.every(({ result }) => result !== undefined)) t.fail(`seed ${seed}: a rank waits for ever`);
		const votes = JSON.parse([...results][0] as string) as number[];
		for (const [rank, { alive }] of members.entries()) {
			if (alive && !votes.includes(2 ** rank))
				t.fail(`seed ${seed}: the vote of rank ${rank} was not counted`);
		}
		dead += members.length - living.length;
		late += members.filter(({ alive, result }) => !alive && result !== undefined).length;
	}
	// The schedules are worth something: many die, some of them after they have decided.
	t.true(dead > 2_000 && late > 500, `${dead} died, ${late} of them after the decision`);
});

test("Agreement says whose word it waits for", (t) => {
	const sent: [number, AgreementMessage][] = [];
	const gone = new Set<number>();
	const electorate = { self: 1, members: [0, 1, 2], isGone: (rank: number) => gone.has(rank) };
	const agreement = new Agreement(electorate, (to, message) => sent.push([to, message]));
	agreement.join(
		1,
		(votes) => votes.size,
		() => undefined,
	);
	t.deepEqual(agreement.waitsFor, [0]);
	gone.add(0);
	agreement.advance();
	t.deepEqual(agreement.waitsFor, [2]);
	agreement.receive(2, { type: "vote", value: 2 });
	t.deepEqual(agreement.waitsFor, [2]);
	agreement.receive(2, { type: "ack" });
	t.deepEqual(agreement.waitsFor, []);
	t.deepEqual(sent, [
		[0, { type: "vote", value: 1 }],
		[2, { type: "propose", value: 2 }],
		[2, { type: "decide", value: 2 }],
	]);
});

test("Agreement ignores the late proposal of a coordinator that another one has followed", (t) => {
	const sent: [number, AgreementMessage][] = [];
	const gone = new Set<number>();
	const results: Json[] = [];
	const electorate = { self: 2, members: [0, 1, 2], isGone: (rank: number) => gone.has(rank) };
	const agreement = new Agreement(electorate, (to, message) => sent.push([to, message]));
	agreement.join(
		4,
		() => "none",
		(value) => results.push(value),
	);
	agreement.receive(1, { type: "propose", value: "of 1" });
	agreement.receive(0, { type: "propose", value: "of 0" });
	gone.add(0).add(1);
	agreement.advance();
	t.deepEqual(results, ["of 1"]);
	t.deepEqual(sent, [
		[0, { type: "vote", value: 4 }],
		[1, { type: "ack" }],
	]);
});
