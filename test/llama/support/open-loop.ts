import { commonPrefix } from "../../../src/base/common-prefix.ts";
import { bestSequence, type PooledSequence } from "../../../src/llama/engine/sequence-pool.ts";
import type { Item } from "../../../src/llama/schedule/item.ts";
import type { Policy } from "../../../src/llama/schedule/policies.ts";
import { Scheduler } from "../../../src/llama/schedule/scheduler.ts";

/** An item that comes at a time. */
export interface ArrivingItem extends Item {
	readonly text: string;
	/** Milliseconds. */
	readonly at: number;
}

export interface OpenLoopOptions {
	readonly policy: Policy;
	readonly ranks: number;
	readonly slots: number;
	readonly items: readonly ArrivingItem[];
	/** Milliseconds to evaluate a character of a prompt, which is a token here. */
	readonly prefillMs?: number;
	/** Milliseconds to generate a token. */
	readonly decodeMs?: number;
}

export interface OpenLoopResult {
	/** Characters of prompts that were evaluated, as the slot did not hold them. */
	readonly evaluated: number;
	/** Milliseconds from the arrival of each item to its end, by id. */
	readonly latencies: ReadonlyMap<number, number>;
	/** Ids in the order in which they began. */
	readonly order: readonly number[];
	readonly makespanMs: number;
}

/** A sequence of an engine, which holds the text of its last request. */
class Slot implements PooledSequence<string> {
	text = "";

	get length(): number {
		return this.text.length;
	}

	sharedPrefix(prompt: string): number {
		return commonPrefix(prompt, this.text);
	}
}

interface End {
	readonly at: number;
	readonly rank: number;
	readonly slot: Slot;
	readonly item: ArrivingItem;
	readonly measured: { prefillMs: number; decodeMs: number; promptTokens: number; cachedTokens: number };
}

/** A schedule against engines with a prompt cache for each slot, on a clock that jumps from event to event. */
export function openLoop(options: OpenLoopOptions): OpenLoopResult {
	const { policy, ranks, slots, items, prefillMs = 0.2, decodeMs = 2 } = options;
	const scheduler = new Scheduler<ArrivingItem>({ policy, textOf: ({ text }) => text });
	const engines = Array.from({ length: ranks }, (_, rank) => {
		scheduler.join(rank, slots);
		const free = Array.from({ length: slots }, () => new Slot());
		return { free, waiting: [] as ArrivingItem[] };
	});
	const arrivals = [...items].sort((a, b) => a.at - b.at);
	const latencies = new Map<number, number>();
	const order: number[] = [];
	let ends: End[] = [];
	let evaluated = 0;
	let now = 0;

	const begin = (rank: number) => {
		const { free, waiting } = engines[rank] ?? { free: [], waiting: [] };
		while (free.length > 0 && waiting.length > 0) {
			const item = waiting.shift() as ArrivingItem;
			const slot = bestSequence<Slot, string>(free, item.text) as Slot;
			free.splice(free.indexOf(slot), 1);
			const cachedTokens = slot.sharedPrefix(item.text);
			const promptTokens = item.text.length - cachedTokens;
			evaluated += promptTokens;
			order.push(item.id);
			slot.text = item.text;
			const times = { prefillMs: promptTokens * prefillMs, decodeMs: item.maxTokens * decodeMs };
			const at = now + times.prefillMs + times.decodeMs;
			ends.push({ at, rank, slot, item, measured: { ...times, promptTokens, cachedTokens } });
		}
	};

	for (;;) {
		while (arrivals[0] !== undefined && arrivals[0].at <= now)
			scheduler.add(arrivals.shift() as ArrivingItem);
		for (let next = scheduler.next(); next !== undefined; next = scheduler.next()) {
			engines[next.rank]?.waiting.push(next.item);
			begin(next.rank);
		}
		const first = ends.toSorted((a, b) => a.at - b.at)[0];
		const coming = arrivals[0]?.at ?? Number.POSITIVE_INFINITY;
		if (first === undefined && coming === Number.POSITIVE_INFINITY) break;
		if (first === undefined || coming < first.at) {
			now = coming;
			continue;
		}
		now = first.at;
		ends = ends.filter((each) => each !== first);
		const { rank, slot, item, measured } = first;
		engines[rank]?.free.push(slot);
		latencies.set(item.id, now - item.at);
		scheduler.finished(rank, item.id, { ...measured, completionTokens: item.maxTokens });
		begin(rank);
	}
	return { evaluated, latencies, order, makespanMs: now };
}
