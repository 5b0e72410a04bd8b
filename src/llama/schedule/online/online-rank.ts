import type { Item } from "../item.ts";
import { Breaker } from "./breaker.ts";
import { type MirroredSlot, SlotMirror } from "./slot-mirror.ts";
import type { Entry } from "./waiting.ts";

/** A rank that runs something and says nothing for so long may be gone. */
const SILENCE_MS = 3_000;

/**
 * "down": its engine is being started again; "suspect": it is silent, or its engine fails; "draining": it gets nothing
 * more, and leaves once it has ended what it has; "lost": it is gone.
 */
export type RankCondition = "up" | "suspect" | "down" | "draining" | "lost";

/** An item on a rank. */
export interface Running<T extends Item> {
	readonly entry: Entry<T>;
	readonly slot: MirroredSlot | undefined;
	readonly sinceMs: number;
	/** Somebody still wants its answer. */
	wanted: boolean;
}

/** What the schedule knows of a rank. */
export class OnlineRank<T extends Item> {
	readonly rank: number;
	readonly slots: number;
	readonly mirror: SlotMirror;
	readonly breaker = new Breaker();
	readonly running = new Map<number, Running<T>>();
	/** Its engine runs. */
	up = true;
	/** It gets nothing more. */
	leaving = false;
	/** Deaths of its engine. */
	deaths = 0;
	#heardMs: number;

	constructor(rank: number, slots: number, now: number) {
		this.rank = rank;
		this.slots = slots;
		this.mirror = new SlotMirror(slots);
		this.#heardMs = now;
	}

	/** How many items it has, wanted or not. */
	get load(): number {
		return this.running.size;
	}

	/** It may be given something, now or soon. */
	get works(): boolean {
		return this.up && !this.leaving;
	}

	/** It gave a sign of life. */
	heard(now: number): void {
		this.#heardMs = Math.max(this.#heardMs, now);
	}

	condition(now: number): RankCondition {
		if (this.leaving) return "draining";
		if (!this.up) return "down";
		return this.breaker.isOpen || this.#isSilent(now) ? "suspect" : "up";
	}

	/** Whether it may get another item. */
	hasRoom(now: number): boolean {
		if (!this.works || this.load >= this.slots) return false;
		return this.breaker.lets(now) && !this.#isSilent(now);
	}

	/** Slots that may be given to items now. */
	room(now: number): number {
		if (!this.hasRoom(now)) return 0;
		return this.breaker.isOpen ? 1 : this.slots - this.load;
	}

	give(entry: Entry<T>, now: number): void {
		const { id } = entry.item;
		// It has nothing to say while it runs nothing.
		if (this.load === 0) this.heard(now);
		this.breaker.began(id);
		this.running.set(id, { entry, slot: this.mirror.take(id, entry.text), sinceMs: now, wanted: true });
	}

	/** Takes an item off that has ended; undefined if it is not there. */
	end(id: number, answer?: string): Running<T> | undefined {
		const running = this.running.get(id);
		if (running === undefined) return undefined;
		this.running.delete(id);
		if (running.slot !== undefined) this.mirror.release(running.slot, answer);
		if (running.wanted) this.breaker.ended(id);
		else this.breaker.gaveUp(id);
		return running;
	}

	/** Takes everything off, since its engine or the rank itself is dead. */
	clear(): Running<T>[] {
		const all = [...this.running.values()];
		this.running.clear();
		this.mirror.clear();
		this.breaker.reset();
		return all;
	}

	/** It runs something, and has not been heard of for long. */
	#isSilent(now: number): boolean {
		return this.load > 0 && now - this.#heardMs >= SILENCE_MS;
	}
}
