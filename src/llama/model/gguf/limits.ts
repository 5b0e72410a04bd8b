import { GgufError } from "./error.ts";

/**
 * Most of what a header may hold, far beyond any model. A count in a damaged file can be anything that the file's size
 * allows, and would take minutes and gigabytes before the error.
 */
export const LIMITS = {
	keys: 1e4,
	tensors: 1e5,
	tokens: 4e6,
	/** Texts and lists within lists, of all keys together. */
	listEntries: 1e7,
	/** Lists within lists. */
	depth: 4,
	nameBytes: 2 ** 16,
	textBytes: 2 ** 26,
	/** Texts that are kept, all together. */
	keptBytes: 2 ** 28,
} as const;

/** Fails if a count is above its limit; `what` says of what it is the count. */
export function limit(count: number, most: number, what: string): void {
	if (count > most) throw new GgufError(`it is damaged: ${what}: ${count}, more than ${most}`);
}
