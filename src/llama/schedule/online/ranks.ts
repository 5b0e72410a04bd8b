import type { Item } from "../item.ts";
import { OnlineRank } from "./online-rank.ts";
import { type RankSnapshot, rankSnapshot } from "./snapshot.ts";

/** All ranks, and which of them may run what. */
export class Ranks<T extends Item> {
	/** In the order of their numbers. */
	#all: OnlineRank<T>[] = [];
	/** Deaths of the engines of ranks that are gone. */
	readonly #lost = new Map<number, number>();

	/** Ranks that take part: neither lost nor leaving. */
	get living(): number {
		return this.#all.filter(({ leaving }) => !leaving).length;
	}

	/** Items that ranks have. */
	get outstanding(): number {
		return this.#all.reduce((sum, { load }) => sum + load, 0);
	}

	/** Slots of the ranks that work. */
	get slots(): number {
		return this.#all.reduce((sum, { works, slots }) => sum + (works ? slots : 0), 0);
	}

	[Symbol.iterator](): Iterator<OnlineRank<T>> {
		return this.#all.values();
	}

	get(rank: number): OnlineRank<T> | undefined {
		return this.#all.find((state) => state.rank === rank);
	}

	add(rank: number, slots: number, now: number): void {
		this.#lost.delete(rank);
		this.#all.push(new OnlineRank<T>(rank, slots, now));
		this.#all.sort((a, b) => a.rank - b.rank);
	}

	/** Takes a rank out that is lost, or has left. */
	remove(state: OnlineRank<T>): void {
		this.#all = this.#all.filter((each) => each !== state);
		if (!state.leaving) this.#lost.set(state.rank, state.deaths);
	}

	/** Slots that may be given to items now. */
	room(now: number): number {
		return this.#all.reduce((sum, state) => sum + state.room(now), 0);
	}

	/** Ranks that may be given an item, beginning with the first one after this. */
	withRoom(after: number, now: number): OnlineRank<T>[] {
		const at = this.#all.findIndex(({ rank }) => rank > after);
		const inTurn = at <= 0 ? this.#all : [...this.#all.slice(at), ...this.#all.slice(0, at)];
		return inTurn.filter((state) => state.hasRoom(now));
	}

	/** Of all ranks and of those that are gone. */
	snapshot(now: number): RankSnapshot[] {
		const lost = [...this.#lost].map(([rank, deaths]) => {
			return { rank, state: "lost" as const, slots: [], running: 0, deaths };
		});
		const all = [...this.#all.map((state) => rankSnapshot(state, now)), ...lost];
		return all.sort((a, b) => a.rank - b.rank);
	}
}
