import type { Assignment, Item } from "../../../src/llama/schedule/item.ts";
import { Scheduler, type SchedulerOptions } from "../../../src/llama/schedule/scheduler.ts";

/** An item whose real cost only the simulation knows. */
export interface SimulatedItem extends Item {
	readonly text: string;
	/** Every engine that runs it dies of it. */
	readonly poison?: boolean;
}

export interface SimulationOptions extends Omit<SchedulerOptions<SimulatedItem>, "textOf"> {
	readonly ranks: number;
	/** Items that each rank runs at the same time. */
	readonly slots: number;
	readonly items: readonly SimulatedItem[];
	/** Items that are added before the first is handed out, and kept waiting; default: all. */
	readonly window?: number;
	/** Speed of each rank; 1 where it is not given. */
	readonly speeds?: readonly number[];
	/** Called after each event: what breaks now? */
	readonly disaster?: (simulation: Simulation) => void;
}

export interface SimulationResult {
	/** When the last item ended, in units of a generated token on a rank of speed 1. */
	readonly makespan: number;
	/** Prompt characters that were evaluated: those that the rank's last item did not begin with. */
	readonly evaluated: number;
	/** Rank of each item that ended well, in the order in which they ended. */
	readonly ended: readonly { readonly id: number; readonly rank: number; readonly at: number }[];
	readonly condemned: readonly number[];
	/** Items that nobody was left to run. */
	readonly left: readonly number[];
	readonly scheduler: Scheduler<SimulatedItem>;
}

const PREFILL_PER_CHARACTER = 0.02;

interface Running {
	readonly assignment: Assignment<SimulatedItem>;
	readonly end: number;
}

/** Runs a schedule against ranks that only exist as numbers. */
export class Simulation {
	readonly scheduler: Scheduler<SimulatedItem>;
	readonly living: Set<number>;
	readonly #options: SimulationOptions;
	readonly #running = new Map<number, Running>();
	readonly #last = new Map<number, string>();
	/** Ranks whose engine starts again after the next event. */
	readonly #down = new Set<number>();
	readonly #ended: { id: number; rank: number; at: number }[] = [];
	readonly #condemned: number[] = [];
	readonly #left: number[] = [];
	#evaluated = 0;
	#now = 0;

	constructor(options: SimulationOptions) {
		this.#options = options;
		this.scheduler = new Scheduler({ ...options, textOf: ({ text }) => text });
		for (let rank = 0; rank < options.ranks; rank++) this.scheduler.join(rank, options.slots);
		this.living = new Set(Array.from({ length: options.ranks }, (_, rank) => rank));
	}

	run(): SimulationResult {
		const { items, window = items.length, disaster } = this.#options;
		let read = 0;
		for (;;) {
			while (read < items.length && this.scheduler.queued < window) {
				this.scheduler.add(items[read++] as SimulatedItem);
				if (read === items.length) this.scheduler.close();
			}
			if (this.living.size === 0) this.#left.push(...this.scheduler.drain().map(({ id }) => id));
			this.#start();
			const next = this.#soonest();
			if (next === undefined && this.#down.size === 0 && read === items.length) break;
			if (next === undefined && this.#down.size === 0) continue;
			if (next !== undefined) this.#finish(next);
			for (const rank of this.#down) if (this.living.has(rank)) this.scheduler.engineUp(rank);
			this.#down.clear();
			disaster?.(this);
		}
		return {
			makespan: this.#now,
			evaluated: this.#evaluated,
			ended: this.#ended,
			condemned: this.#condemned,
			left: this.#left,
			scheduler: this.scheduler,
		};
	}

	/** A rank's engine dies and starts again. */
	killEngine(rank: number): void {
		const ids = this.#of(rank).map(({ assignment }) => assignment.item.id);
		for (const id of ids) this.#running.delete(id);
		this.#condemned.push(...this.scheduler.engineDied(rank, ids).map(({ id }) => id));
		this.#down.add(rank);
	}

	killRank(rank: number): void {
		for (const { assignment } of this.#of(rank)) this.#running.delete(assignment.item.id);
		this.living.delete(rank);
		this.scheduler.lose(rank);
	}

	#of(rank: number): Running[] {
		return [...this.#running.values()].filter(({ assignment }) => assignment.rank === rank);
	}

	#start(): void {
		for (let next = this.scheduler.next(); next !== undefined; next = this.scheduler.next()) {
			const { rank, item } = next;
			const last = this.#last.get(rank) ?? "";
			let shared = 0;
			while (shared < item.text.length && item.text[shared] === last[shared]) shared += 1;
			const evaluated = item.text.length - shared;
			this.#last.set(rank, item.text);
			this.#evaluated += evaluated;
			const work = item.maxTokens + evaluated * PREFILL_PER_CHARACTER;
			// One that was dealt ahead waits until all but slots - 1 of those before it have ended.
			const ends = this.#of(rank)
				.map(({ end }) => end)
				.sort((a, b) => b - a);
			const start = ends[this.#options.slots - 1] ?? this.#now;
			const end = start + work / (this.#options.speeds?.[rank] ?? 1);
			this.#running.set(item.id, { assignment: next, end });
		}
	}

	#soonest(): Running | undefined {
		let best: Running | undefined;
		for (const each of this.#running.values()) if (best === undefined || each.end < best.end) best = each;
		return best;
	}

	#finish({ assignment: { rank, item }, end }: Running): void {
		this.#now = end;
		if (item.poison) {
			this.killEngine(rank);
			return;
		}
		this.#running.delete(item.id);
		if (this.scheduler.finished(rank, item.id) !== undefined)
			this.#ended.push({ id: item.id, rank, at: end });
	}
}

/** Items of one kind; `change` makes each what it should be. */
export function itemsOf(
	count: number,
	change: (id: number) => Partial<SimulatedItem> = () => ({}),
): SimulatedItem[] {
	return Array.from({ length: count }, (_, id) => {
		return { id, promptTokens: 10, maxTokens: 100, priority: 0, text: `${id}`, ...change(id) };
	});
}
