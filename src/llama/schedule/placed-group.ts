import { turnOf } from "./dynamic.ts";
import type { Item } from "./item.ts";
import type { Hand } from "./lane.ts";
import type { Pace } from "./pace.ts";
import type { Group } from "./prefix-groups.ts";

/** A group, and what it takes to find its place. */
export interface PlacedGroup<T> extends Group<T> {
	/** Tells where the beginning was before: what is shared, or the whole text of a single item. */
	readonly text: string;
	/** The highest among its items. */
	readonly priority: number;
	/** Estimated milliseconds of all its items together. */
	readonly ms: number;
}

/** Items that go to a lane together, the most urgent first. */
export function groupOf<T extends Item>(
	items: readonly T[],
	shared: string,
	{ textOf, pace }: { readonly textOf: (item: T) => string; readonly pace: Pick<Pace, "estimate"> },
): PlacedGroup<T> {
	const [first] = items;
	return {
		items: items.toSorted((a, b) => b.priority - a.priority),
		shared,
		text: items.length > 1 || first === undefined ? shared : textOf(first),
		priority: Math.max(...items.map(({ priority }) => priority)),
		ms: items.reduce((sum, item) => sum + pace.estimate(item), 0),
	};
}

/** What a group is on a lane. */
export function handOf<T extends Item>(
	{ items, shared, priority, ms }: PlacedGroup<T>,
	warm: boolean,
): Hand<T> {
	const turn = Math.min(...items.map(turnOf));
	return { items: [...items], count: items.length, shared, warm, ms, priority, turn };
}
