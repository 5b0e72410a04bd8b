/** Items that begin alike, in the order in which they should run. */
export interface Group<T> {
	readonly items: readonly T[];
	/** What all of them begin with; empty for an item on its own. */
	readonly shared: string;
}

export interface GroupLimits<T> {
	/** Beginnings shorter than this many characters are not worth keeping items together. */
	readonly leastShared: number;
	/** Estimated milliseconds of an item. */
	readonly cost: (item: T) => number;
	/** No group takes longer than this, unless splitting it would cost more than it gains. */
	readonly mostMs: number;
	/** Milliseconds to evaluate so many characters. */
	readonly prefillMs: (chars: number) => number;
}

/** A group is not cut into parts that are not this many times as long as evaluating their beginning once more. */
const WORTH = 4;

interface Entry<T> {
	readonly item: T;
	readonly text: string;
	readonly cost: number;
}

/**
 * Sorts items by their texts, so that those that begin alike are neighbours, and cuts the list where neighbours have
 * little in common; what is still too long is cut where they have least in common. So the groups of a long shared
 * instruction and its documents come out by document.
 */
export function groupByPrefix<T>(
	items: readonly T[],
	textOf: (item: T) => string,
	limits: GroupLimits<T>,
): Group<T>[] {
	const entries = items.map((item): Entry<T> => ({ item, text: textOf(item), cost: limits.cost(item) }));
	entries.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
	// common[i]: characters that entry i has in common with the one before it. Lengths are rounded down, since a few characters more or less mean nothing.
	const common = entries.map((entry, index) => {
		const length = commonLength(entries[index - 1]?.text ?? "", entry.text);
		return length - (length % limits.leastShared);
	});
	const groups: Group<T>[] = [];
	const ranges: [start: number, end: number][] = [[0, entries.length]];
	for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
		const [start, end] = range;
		if (start === end) continue;
		const cut = findCut(entries, common, start, end, limits);
		if (cut === undefined) {
			groups.push(toGroup(entries.slice(start, end), common, start));
		} else {
			ranges.push([cut, end], [start, cut]);
		}
	}
	return groups;
}

/** Where to cut a range in two; undefined if it may stay as it is. */
function findCut<T>(
	entries: readonly Entry<T>[],
	common: readonly number[],
	start: number,
	end: number,
	limits: GroupLimits<T>,
): number | undefined {
	if (end - start < 2) return undefined;
	let cut = start + 1;
	let total = entries[start]?.cost ?? 0;
	const middle = (start + end) / 2;
	for (let index = start + 1; index < end; index++) {
		total += entries[index]?.cost ?? 0;
		const [least, here] = [common[cut] ?? 0, common[index] ?? 0];
		const nearer = Math.abs(index - middle) < Math.abs(cut - middle);
		if (here < least || (here === least && nearer)) cut = index;
	}
	const shared = common[cut] ?? 0;
	if (shared < limits.leastShared) return cut;
	return total > Math.max(limits.mostMs, WORTH * limits.prefillMs(shared)) ? cut : undefined;
}

function toGroup<T>(entries: readonly Entry<T>[], common: readonly number[], start: number): Group<T> {
	const length = entries.length < 2 ? 0 : Math.min(...common.slice(start + 1, start + entries.length));
	return { items: entries.map(({ item }) => item), shared: entries[0]?.text.slice(0, length) ?? "" };
}

function commonLength(a: string, b: string): number {
	const most = Math.min(a.length, b.length);
	let length = 0;
	while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
	return length;
}
