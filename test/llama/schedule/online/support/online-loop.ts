import { ServerSlot } from "../../../../../src/llama/engine/http/server-slot.ts";
import { bestSequence } from "../../../../../src/llama/engine/sequence-pool.ts";
import type { Item } from "../../../../../src/llama/schedule/item.ts";
import {
	OnlineSchedule,
	type OnlineScheduleOptions,
} from "../../../../../src/llama/schedule/online/online-schedule.ts";

/** A turn of a conversation. */
export interface Turn extends Item {
	readonly text: string;
	/** What its engine answers. */
	readonly answer: string;
}

/** An engine: slots that hold what they ran last, and its own choice among them. */
class SimulatedEngine {
	readonly slots: readonly ServerSlot[];
	readonly #free: ServerSlot[];

	constructor(slots: number) {
		this.slots = Array.from({ length: slots }, (_, id) => new ServerSlot(id));
		this.#free = [...this.slots];
	}

	/** The slot that a text gets, and how much of it was there. */
	take(text: string): { readonly slot: ServerSlot; readonly cached: number } {
		const slot = bestSequence(this.#free, text);
		if (slot === undefined) throw new Error("An engine was given more than it has slots");
		this.#free.splice(this.#free.indexOf(slot), 1);
		return { slot, cached: slot.sharedPrefix(text) };
	}

	release(slot: ServerSlot, text: string): void {
		slot.holds(text);
		this.#free.push(slot);
	}
}

/** How an item ran. */
export interface Run {
	readonly id: number;
	readonly rank: number;
	/** Characters of its prompt that the slot held. */
	readonly cached: number;
	readonly beganMs: number;
}

interface RunningTurn extends Run {
	readonly item: Turn;
	readonly slot: ServerSlot;
	readonly endMs: number;
	readonly prefillMs: number;
}

/** An online schedule over engines, on a clock that jumps from event to event. */
export class OnlineLoop {
	now = 0;
	readonly schedule: OnlineSchedule<Turn>;
	readonly runs: Run[] = [];
	readonly #engines: readonly SimulatedEngine[];
	#running: RunningTurn[] = [];
	/** Milliseconds to evaluate a character, and to generate one. */
	readonly #prefill: number;
	readonly #decode: number;

	constructor({
		ranks,
		slots,
		prefill = 0.1,
		decode = 2,
		...options
	}: Partial<OnlineScheduleOptions<Turn>> & {
		readonly ranks: number;
		readonly slots: number;
		readonly prefill?: number;
		readonly decode?: number;
	}) {
		this.schedule = new OnlineSchedule<Turn>({ textOf: ({ text }) => text, now: () => this.now, ...options });
		this.#engines = Array.from({ length: ranks }, () => new SimulatedEngine(slots));
		for (let rank = 0; rank < ranks; rank++) this.schedule.join(rank, slots);
		this.#prefill = prefill;
		this.#decode = decode;
	}

	get running(): number {
		return this.#running.length;
	}

	/** Characters that each slot of a rank holds, the shortest first. */
	held(rank: number): number[] {
		return (this.#engines[rank]?.slots ?? []).map(({ length }) => length).sort((a, b) => a - b);
	}

	add(item: Turn): void {
		this.schedule.add(item);
		this.#start();
	}

	/** Goes on to the next end. Undefined: nothing runs. */
	step(): Turn | undefined {
		const next = this.#running.reduce<RunningTurn | undefined>(
			(first, each) => (first === undefined || each.endMs < first.endMs ? each : first),
			undefined,
		);
		if (next === undefined) return undefined;
		this.#running = this.#running.filter((each) => each !== next);
		this.now = Math.max(this.now, next.endMs);
		const { item, rank, slot, cached, prefillMs } = next;
		this.#engines[rank]?.release(slot, item.text + item.answer);
		for (const each of this.#running) this.schedule.heard(each.rank);
		this.schedule.finished(rank, item.id, {
			promptTokens: Math.ceil((item.text.length - cached) / 4),
			cachedTokens: Math.floor(cached / 4),
			completionTokens: Math.ceil(item.answer.length / 4),
			prefillMs,
			decodeMs: item.answer.length * this.#decode,
			text: item.answer,
		});
		this.#start();
		return item;
	}

	#start(): void {
		for (let next = this.schedule.next(); next !== undefined; next = this.schedule.next()) {
			const { rank, item } = next;
			const { slot, cached } = (this.#engines[rank] as SimulatedEngine).take(item.text);
			const prefillMs = (item.text.length - cached) * this.#prefill;
			const endMs = this.now + prefillMs + item.answer.length * this.#decode;
			this.#running.push({ id: item.id, item, rank, slot, cached, prefillMs, beganMs: this.now, endMs });
			this.runs.push({ id: item.id, rank, cached, beganMs: this.now });
		}
	}
}
