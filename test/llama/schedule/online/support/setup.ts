import type { Item } from "../../../../../src/llama/schedule/item.ts";
import {
	OnlineSchedule,
	type OnlineScheduleOptions,
} from "../../../../../src/llama/schedule/online/online-schedule.ts";

/** An item with its text. */
export interface TextItem extends Item {
	readonly text: string;
}

/** A schedule on a clock of its own. */
export class Setup {
	now = 0;
	readonly schedule: OnlineSchedule<TextItem>;
	#ids = 0;

	constructor(options: Partial<OnlineScheduleOptions<TextItem>> = {}, ranks: readonly number[] = []) {
		this.schedule = new OnlineSchedule({ textOf: ({ text }) => text, now: () => this.now, ...options });
		for (const [rank, slots] of ranks.entries()) this.schedule.join(rank, slots);
	}

	/** A new item that comes now. */
	item(change: Partial<TextItem> = {}): TextItem {
		const id = this.#ids++;
		return {
			id,
			promptTokens: 10,
			maxTokens: 10,
			priority: 0,
			arrivedMs: this.now,
			text: `${id}`,
			...change,
		};
	}

	/** Adds a new item, whatever the bounds are. */
	add(change: Partial<TextItem> = {}): TextItem {
		const item = this.item(change);
		this.schedule.add(item);
		return item;
	}

	/** Adds a new item if it is admitted. */
	offer(change: Partial<TextItem> = {}): ReturnType<OnlineSchedule<TextItem>["admit"]> & { id: number } {
		const item = this.item(change);
		const admission = this.schedule.admit(item);
		if (admission.admitted) this.schedule.add(item);
		return { ...admission, id: item.id };
	}

	/** All that can be handed out: id and rank of each. */
	start(): [id: number, rank: number][] {
		const all: [number, number][] = [];
		for (let next = this.schedule.next(); next !== undefined; next = this.schedule.next())
			all.push([next.item.id, next.rank]);
		return all;
	}

	/** An item ends well, whose answer is this. */
	end(rank: number, id: number, text = ""): number | undefined {
		return this.schedule.finished(rank, id, {
			...{ promptTokens: 100, completionTokens: 11, prefillMs: 50, decodeMs: 50 },
			text,
		})?.id;
	}

	/** In which order what waits would run, one after the other, on one rank of one slot that runs nothing. */
	order(rank = 0): number[] {
		const order: number[] = [];
		for (let [first] = this.start(); first !== undefined; [first] = this.start()) {
			order.push(first[0]);
			this.end(rank, first[0]);
		}
		return order;
	}
}
