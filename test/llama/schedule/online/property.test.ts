import test from "ava";
import fc from "fast-check";
import { Setup, type TextItem } from "./support/setup.ts";

const RANKS = 4;
const MAX_QUEUE = 5;
const MAX_TOKENS = 60;

/** Something that happens: what, to whom, and a number that it may need. */
const event = fc.record({
	// Most of all items come, so that the queue is full most of the time.
	kind: fc.oneof(
		{ arbitrary: fc.constant("offer" as const), weight: 10 },
		{ arbitrary: fc.constantFrom("end", "end", "up", "heard", "wait"), weight: 3 },
		{
			arbitrary: fc.constantFrom("cancel", "again", "fail", "die", "join", "leave", "lose", "expire"),
			weight: 3,
		},
	),
	rank: fc.nat({ max: RANKS - 1 }),
	pick: fc.nat({ max: 1_000 }),
	priority: fc.integer({ min: -12, max: 12 }),
	some: fc.boolean(),
});
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** Where each item is, as whoever drives the schedule sees it. */
class Driver extends Setup {
	/** Items that have not ended, which are this schedule's to run. */
	readonly open = new Map<number, TextItem>();
	/** What ranks were given and have not ended, by rank. Some of it nobody wants. */
	readonly given = new Map<number, Set<number>>();
	readonly slots = new Map<number, number>();
	readonly down = new Set<number>();
	readonly leaving = new Set<number>();
	/** "rank:id" of what runs and nobody wants any more. */
	readonly cancelled = new Set<string>();
	/** Items that wait again, which no bounds hold back. */
	readonly putBack = new Set<number>();
	readonly #mistakes: string[] = [];

	/** What was not as it must be, after everything that can be handed out has been. */
	check(): string[] {
		for (const [id, rank] of this.start()) {
			const given = this.given.get(rank);
			if (!this.open.has(id)) this.#mistakes.push(`${id} was handed out, which has ended`);
			if ([...this.given.values()].some((ids) => ids.has(id) && ids !== given) && !this.#isOrphan(id))
				this.#mistakes.push(`${id} runs twice`);
			if (given === undefined) this.#mistakes.push(`rank ${rank} has not joined`);
			else if (given.has(id)) this.#mistakes.push(`rank ${rank} has ${id} already`);
			given?.add(id);
			if (this.down.has(rank) || this.leaving.has(rank)) this.#mistakes.push(`rank ${rank} cannot run ${id}`);
		}
		for (const [rank, ids] of this.given) {
			if (ids.size > (this.slots.get(rank) ?? 0)) this.#mistakes.push(`rank ${rank} has more than its slots`);
			if (ids.size !== this.schedule.loadOf(rank)) this.#mistakes.push(`rank ${rank}: load`);
		}
		const total = [...this.given.values()].reduce((sum, { size }) => sum + size, 0);
		if (total !== this.schedule.outstanding) this.#mistakes.push("outstanding");
		const wanted = [...this.given.values()].flatMap((ids) =>
			[...ids].filter((id) => !this.#unwanted(ids, id)),
		);
		if (wanted.length + this.schedule.queued !== this.open.size) this.#mistakes.push("lost or doubled");
		return this.#mistakes;
	}

	#unwanted(ids: Set<number>, id: number): boolean {
		const rank = [...this.given].find(([, each]) => each === ids)?.[0];
		return this.cancelled.has(`${rank}:${id}`);
	}

	#isOrphan(id: number): boolean {
		return [...this.given].every(([rank, ids]) => !ids.has(id) || this.cancelled.has(`${rank}:${id}`));
	}

	/** Has it happen. */
	apply({ kind, rank, pick, priority, some }: Event): void {
		const ids = [...(this.given.get(rank) ?? [])];
		const id = ids[pick % Math.max(1, ids.length)];
		switch (kind) {
			case "offer": {
				const late = some ? { deadlineMs: this.now + pick * 10 } : {};
				const item = this.item({
					priority,
					promptTokens: 1 + (pick % 19),
					text: `${pick % 7}`.repeat(50),
					...late,
				});
				const admission = this.schedule.admit(item);
				if (!admission.admitted) {
					if (!(admission.retryAfterMs >= 100 && admission.retryAfterMs <= 60_000))
						this.#mistakes.push("retryAfterMs");
					return;
				}
				for (const { id: other, priority: low } of admission.evicted ?? []) {
					if (low >= priority) this.#mistakes.push(`${priority} pushed ${low} out`);
					if (!this.open.delete(other)) this.#mistakes.push(`${other} was pushed out and had ended`);
				}
				this.open.set(item.id, item);
				this.schedule.add(item);
				this.#checkBounds();
				return;
			}
			case "end":
			case "fail":
				if (id === undefined) return;
				if (kind === "fail") this.schedule.failedByEngine(rank);
				this.#end(rank, id, kind === "end");
				return;
			case "cancel":
			case "again": {
				const all = [...this.open.values()];
				const item = all[pick % Math.max(1, all.length)];
				if (item === undefined) return;
				const ran = this.schedule.cancel(item);
				if (ran !== undefined) this.cancelled.add(`${ran}:${item.id}`);
				if (kind === "cancel") this.open.delete(item.id);
				else {
					this.schedule.add({ ...item });
					this.putBack.add(item.id);
				}
				return;
			}
			case "die": {
				const running = ids.filter((_, at) => some || at % 2 === 0);
				this.#takeBack(rank);
				if (this.given.has(rank)) this.down.add(rank);
				for (const { id: dead } of this.schedule.engineDied(rank, running)) this.open.delete(dead);
				return;
			}
			case "up":
				this.down.delete(rank);
				this.schedule.engineUp(rank);
				return;
			case "join":
			case "lose":
				this.#takeBack(rank);
				for (const set of [this.down, this.leaving, this.slots, this.given]) set.delete(rank);
				if (kind === "lose") {
					this.schedule.lose(rank);
					return;
				}
				this.given.set(rank, new Set());
				this.slots.set(rank, 1 + (pick % 2));
				this.schedule.join(rank, 1 + (pick % 2));
				return;
			case "leave":
				if (this.given.has(rank)) this.leaving.add(rank);
				this.schedule.leave(rank);
				return;
			case "wait":
				this.now += pick * 10;
				return;
			case "heard":
				this.schedule.heard(rank);
				return;
			case "expire":
				for (const { id: over, deadlineMs = Infinity } of this.schedule.expire()) {
					if (deadlineMs > this.now) this.#mistakes.push(`${over} is not over`);
					if (!this.open.delete(over)) this.#mistakes.push(`${over} is over and had ended`);
				}
				if ((this.schedule.nextDeadline() ?? Infinity) <= this.now) this.#mistakes.push("nextDeadline");
		}
	}

	/** What waits beyond what can start at once. */
	#checkBounds(): void {
		const { ranks } = this.schedule.snapshot();
		const isCalm = ranks.every(({ state }) => state === "up");
		if (!isCalm || this.putBack.size > 0) return;
		const room = ranks.reduce((sum, { slots, running }) => sum + slots.length - running, 0);
		if (this.schedule.queued - room > MAX_QUEUE) this.#mistakes.push("more wait than may");
		if (room === 0 && this.schedule.snapshot().waitingTokens > MAX_TOKENS)
			this.#mistakes.push("too many tokens wait");
	}

	#end(rank: number, id: number, well: boolean): void {
		this.given.get(rank)?.delete(id);
		const item = this.schedule.finished(rank, id);
		const wanted = !this.cancelled.delete(`${rank}:${id}`);
		if ((item !== undefined) !== wanted)
			this.#mistakes.push(`${id} ended ${well ? "well" : "badly"} and was not told`);
		if (wanted) this.open.delete(id);
	}

	#takeBack(rank: number): void {
		for (const id of this.given.get(rank) ?? []) {
			if (!this.cancelled.delete(`${rank}:${id}`)) this.putBack.add(id);
		}
		this.given.get(rank)?.clear();
	}
}

function holds(policy: "prefix" | "dynamic" | "round-robin", events: readonly Event[]): void {
	const driver = new Driver({ policy, maxQueue: MAX_QUEUE, maxQueueTokens: MAX_TOKENS });
	for (const rank of [0, 1]) driver.apply({ kind: "join", rank, pick: 3, priority: 0, some: true });
	for (const each of events) {
		driver.apply(each);
		const mistakes = driver.check();
		if (mistakes.length > 0) throw new Error(mistakes.join("; "));
	}
}

const POLICY = fc.constantFrom("prefix", "dynamic", "round-robin");

test("whatever happens: no item is lost, none runs twice, no rank gets more than its slots", (t) => {
	const events = fc.array(event, { maxLength: 120 });
	fc.assert(fc.property(POLICY, events, holds), { numRuns: 2_000 });
	t.pass();
});

test("no more waits than may, while nothing dies", (t) => {
	const calm = event.filter(({ kind }) => kind === "offer" || kind === "end" || kind === "cancel");
	fc.assert(fc.property(POLICY, fc.array(calm, { maxLength: 60 }), holds), { numRuns: 500 });
	t.pass();
});
