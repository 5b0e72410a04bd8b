import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** The cores that this process may run on. */
export function allowedCores(): number[] {
	try {
		const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
		if (list !== undefined) return expandRanges(list);
	} catch {
		// No /proc on this system: count instead.
	}
	return Array.from({ length: availableParallelism() }, (_, core) => core);
}

/** "0-2,5" as [0, 1, 2, 5]. */
export function expandRanges(list: string): number[] {
	return list.split(",").flatMap((range) => {
		const [first = 0, last = first] = range.split("-").map(Number);
		return Array.from({ length: last - first + 1 }, (_, index) => first + index);
	});
}

/** A rank's share of the cores: an equal number for each rank of the host; with more ranks than cores, one, in turn. */
export function coresOfRank(cores: readonly number[], localRank: number, localSize: number): number[] {
	const share = Math.floor(cores.length / localSize);
	if (share >= 1) return cores.slice(localRank * share, (localRank + 1) * share);
	const one = cores[localRank % cores.length];
	return one === undefined ? [] : [one];
}
