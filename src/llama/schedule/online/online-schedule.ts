// TEMPORARY stand-in until branch sched is merged.
import type { Item } from "../item.ts";
import { Scheduler } from "../scheduler.ts";

export class OnlineSchedule<T extends Item> extends Scheduler<T> {
	readonly #slots = new Map<number, number>();
	constructor(options: {
		textOf: (item: T) => string;
		now: () => number;
		policy: string;
		maxQueue: number;
		maxQueueTokens?: number | undefined;
	}) {
		super({ policy: "dynamic", textOf: options.textOf });
	}
	override join(rank: number, slots: number): void {
		this.#slots.set(rank, slots);
		super.join(rank, slots);
	}
	admit(
		_: T,
	):
		| { admitted: true; evicted?: T[] }
		| { admitted: false; reason: "queue_full" | "queue_tokens" | "deadline"; retryAfterMs: number } {
		return { admitted: true };
	}
	retryAfterMs(): number {
		return 1000;
	}
	expire(): T[] {
		return [];
	}
	heard(_: number): void {}
	failedByEngine(_: number): void {}
	snapshot() {
		return {
			ranks: [...this.#slots].map(([rank, count]) => ({
				...{ rank, state: "up" as "up" | "suspect" | "down" | "draining", running: this.loadOf(rank) },
				slots: Array.from({ length: count }, (_, slot) => ({ busy: slot < this.loadOf(rank), chars: 0 })),
			})),
			waiting: this.queued,
			waitingTokens: 0,
		};
	}
}
