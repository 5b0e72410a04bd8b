import type { Item } from "../item.ts";
import type { Pace } from "../pace.ts";
import type { Policy } from "../policies.ts";
import type { OnlineRank } from "./online-rank.ts";
import type { Entry } from "./waiting.ts";

/** What the choice of a rank goes by. */
export interface Choice<T extends Item> {
	readonly policy: Policy;
	readonly pace: Pace;
	/** Whether an item's rank or engine has died. */
	readonly isSuspect: (item: T) => boolean;
}

/**
 * The best of ranks that have room.
 *
 * @param ranks Of those that are equally good, the first is taken.
 */
export function choose<T extends Item>(
	entry: Entry<T>,
	ranks: readonly OnlineRank<T>[],
	choice: Choice<T>,
): OnlineRank<T> | undefined {
	if (ranks.length < 2) return ranks[0];
	const among = choice.isSuspect(entry.item) ? fewestSuspects(ranks, choice) : ranks;
	switch (choice.policy) {
		case "round-robin":
			return among[0];
		case "dynamic":
			return least(among, ({ load, slots }) => load / slots);
		case "prefix":
			return leastCost(entry.text, among, choice.pace);
	}
}

/** What may have killed an engine is kept apart from its like: the next death is then the fewest others' end. */
function fewestSuspects<T extends Item>(
	ranks: readonly OnlineRank<T>[],
	{ isSuspect }: Choice<T>,
): OnlineRank<T>[] {
	const counts = ranks.map(
		({ running }) => [...running.values()].filter(({ entry }) => isSuspect(entry.item)).length,
	);
	const fewest = Math.min(...counts);
	return ranks.filter((_, index) => counts[index] === fewest);
}

/**
 * The rank where the first token comes soonest, as far as one can tell. As within a rank, a system prompt in common is no
 * reason to give up a conversation while another rank has an empty slot: each slot reads it once, and then all have it.
 */
function leastCost<T extends Item>(
	text: string,
	ranks: readonly OnlineRank<T>[],
	pace: Pace,
): OnlineRank<T> | undefined {
	const fits = ranks.map((state) => ({ state, fit: state.mirror.fit(text) ?? NOTHING }));
	const isRoom = fits.some(({ fit }) => fit.empty);
	const found = least(fits, ({ state, fit: { shared, lost } }) => {
		const chars = isRoom && lost > 0 ? text.length + lost : text.length - shared;
		return pace.prefillMs(chars) + state.load * pace.stepMs;
	});
	return found?.state;
}

/** Where a text is no prompt to continue. */
const NOTHING = { shared: 0, lost: 0, empty: false };

function least<R>(all: readonly R[], costOf: (each: R) => number): R | undefined {
	let best: { readonly each: R; readonly cost: number } | undefined;
	for (const each of all) {
		const cost = costOf(each);
		if (best === undefined || cost < best.cost) best = { each, cost };
	}
	return best?.each;
}
