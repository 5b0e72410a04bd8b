import { barrier } from "./barrier.ts";
import type { Channel } from "./channel.ts";
import { combineHigher, combineLower, ownCopy } from "./combine.ts";
import { exchange } from "./exchange.ts";
import { gatherLinear } from "./gather.ts";
import type { Operator } from "./operators.ts";
import { scatter } from "./scatter.ts";
import { isPowerOfTwo } from "./tree.ts";

/** What a rank gets: the reduction up to itself, or only of the ranks before it, which is undefined on rank 0. */
type Kind = "inclusive" | "exclusive";

/**
 * Rank 0 gets every value, folds them in rank order and sends each rank its prefix: what functions are promised.
 * Cost: 2 α + 2 n (p-1) β + n (p-1) γ, all at rank 0, against p-1 rounds one after another along a chain.
 * A gather and a scatter, both linear.
 */
async function scanAtRankZero(
	channel: Channel,
	value: unknown,
	operator: Operator,
	kind: Kind,
): Promise<unknown> {
	const [first, ...others] = (await gatherLinear(channel, value, 0)) ?? [];
	const inclusive: unknown[] = [first];
	for (const other of others) inclusive.push(operator.apply(inclusive.at(-1), other));
	return scatter(channel, kind === "inclusive" ? inclusive : [undefined, ...inclusive.slice(0, -1)], 0);
}

/**
 * Partners at distance 1, 2, 4 ... exchange the reduction of their groups; what comes from a lower rank also belongs
 * before the own prefix. Cost: ceil(lg p) (α + n (β + 2 γ)). MPICH scan_intra_recursive_doubling.
 */
async function scanRecursiveDoubling(
	channel: Channel,
	value: unknown,
	operator: Operator,
	kind: Kind,
): Promise<unknown> {
	const { rank, size } = channel;
	let group = value;
	let exclusive: unknown;
	for (let mask = 1; mask < size; mask *= 2) {
		const partner = rank ^ mask;
		if (partner >= size) continue;
		const other = await exchange(channel, group, partner, partner);
		if (partner > rank) {
			group = operator.apply(group, other);
			continue;
		}
		group = operator.apply(other, group);
		exclusive = exclusive === undefined ? other : combineHigher(operator, other, exclusive);
	}
	// Ranks that miss partners do not hear of all others: one of those may have failed.
	if (!isPowerOfTwo(size)) await barrier(channel);
	if (kind === "exclusive") return exclusive;
	return exclusive === undefined ? ownCopy(value) : combineLower(operator, exclusive, value);
}

async function prefix(channel: Channel, value: unknown, operator: Operator, kind: Kind): Promise<unknown> {
	if (channel.size === 1) return kind === "inclusive" ? ownCopy(value) : undefined;
	return operator.commutative
		? scanRecursiveDoubling(channel, value, operator, kind)
		: scanAtRankZero(channel, value, operator, kind);
}

/** The values of ranks 0 up to this one, made one. MPI_Scan. */
export function scan(channel: Channel, value: unknown, operator: Operator): Promise<unknown> {
	return prefix(channel, value, operator, "inclusive");
}

/** The values of the ranks before this one, made one; undefined on rank 0. MPI_Exscan. */
export function exscan(channel: Channel, value: unknown, operator: Operator): Promise<unknown> {
	return prefix(channel, value, operator, "exclusive");
}
