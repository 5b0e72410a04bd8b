import type { Operator } from "../operators.ts";
import { isTypedArray, type TypedArray } from "../wire/payload.ts";
import { blockView, copyInto } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { combineHigher, foldInOrder, isElementwise, ownCopy } from "./combine.ts";
import { emptyLike, post } from "./exchange.ts";
import { gatherLinear } from "./gather.ts";
import { blockOf, reduceBlocks } from "./reduce-blocks.ts";
import { settle } from "./settle.ts";
import { binomialChildren, binomialParent, realRank, virtualRank } from "./tree.ts";

/**
 * The root gets every value and folds them in rank order: what functions are promised.
 * Cost: α + n (p-1) (β + γ), all at the root.
 */
export async function reduceInOrder(
	channel: Channel,
	value: unknown,
	operator: Operator,
	root: number,
): Promise<unknown> {
	const values = await gatherLinear(channel, value, root);
	return values === undefined ? undefined : foldInOrder(operator, values);
}

/**
 * Each rank reduces its subtree and sends the result to its parent.
 * Cost: ceil(lg p) (α + n (β + γ)). MPICH reduce_intra_binomial.
 */
async function reduceBinomial(
	channel: Channel,
	value: unknown,
	operator: Operator,
	root: number,
): Promise<unknown> {
	const { rank, size } = channel;
	const virtual = virtualRank(rank, root, size);
	// The smallest subtree first: it is ready first.
	const children = binomialChildren(virtual, size).reverse();
	let result = value;
	for (const message of post(
		channel,
		children.map((child) => realRank(child, root, size)),
	)) {
		result = combineHigher(operator, result, await message);
	}
	if (virtual === 0) return result;
	await channel.send(result, realRank(binomialParent(virtual), root, size));
	return undefined;
}

/**
 * Every rank reduces one block of the array, and the root collects the blocks.
 * Cost: (lg p + 1) α + n (p-1)/p (2 β + γ). Rabenseifner 2004; MPICH reduce_intra_reduce_scatter_gather.
 */
async function reduceScatterGather(
	channel: Channel,
	array: TypedArray,
	operator: Operator,
	root: number,
): Promise<unknown> {
	const { rank, size } = channel;
	const block = await reduceBlocks(channel, array, operator);
	const blocks = await gatherLinear(channel, block, root);
	if (blocks === undefined || rank !== root) return undefined;
	const result = emptyLike(array, array.length);
	for (const [source, part] of blocks.entries()) {
		const index = blockOf(source, size);
		copyInto(blockView(result, size, index, index + 1), part, "reduce", source);
	}
	return result;
}

/** From here on (MPI wants equal lengths on all ranks) sharing the work pays for the extra rounds. */
const LONG = 256 * 1024;
const LONG_RANKS = 4;

/** All ranks' values made one at the root; undefined elsewhere. MPI_Reduce. */
export async function reduce(
	channel: Channel,
	value: unknown,
	operator: Operator,
	root: number,
): Promise<unknown> {
	if (channel.size === 1) return ownCopy(value);
	const result = await choose(channel, value, operator, root);
	await settle(channel, root);
	return result;
}

function choose(channel: Channel, value: unknown, operator: Operator, root: number): Promise<unknown> {
	if (!operator.commutative) return reduceInOrder(channel, value, operator, root);
	const long = isTypedArray(value) && value.byteLength >= LONG && channel.size >= LONG_RANKS;
	return long && isElementwise(operator, value)
		? reduceScatterGather(channel, value, operator, root)
		: reduceBinomial(channel, value, operator, root);
}
