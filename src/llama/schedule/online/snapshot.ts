import type { Item } from "../item.ts";
import type { OnlineRank, RankCondition } from "./online-rank.ts";

/** A slot of a rank. */
export interface SlotSnapshot {
	readonly busy: boolean;
	/** The item that runs in it. */
	readonly item: number | undefined;
	/** Characters of the text that it holds. */
	readonly chars: number;
}

/** A rank. */
export interface RankSnapshot {
	readonly rank: number;
	readonly state: RankCondition;
	readonly slots: readonly SlotSnapshot[];
	/** Items that it has. */
	readonly running: number;
	/** Deaths of its engine. */
	readonly deaths: number;
}

/** What a schedule knows at a time. */
export interface ScheduleSnapshot {
	readonly ranks: readonly RankSnapshot[];
	/** Items that wait. */
	readonly waiting: number;
	/** Tokens of their prompts, estimated. */
	readonly waitingTokens: number;
}

export function rankSnapshot<T extends Item>(state: OnlineRank<T>, now: number): RankSnapshot {
	const { rank, mirror, load, deaths } = state;
	const slots = mirror.all.map(({ itemId, length }) => ({
		busy: itemId !== undefined,
		item: itemId,
		chars: length,
	}));
	return { rank, state: state.condition(now), slots, running: load, deaths };
}
