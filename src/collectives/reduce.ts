import { isTypedArray, type TypedArray } from "../wire/payload.ts";
import { blockView, copyInto } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { combineHigher, foldInOrder, isElementwise, ownCopy } from "./combine.ts";
import { emptyLike, post, rotated } from "./exchange.ts";
import { gatherLinear } from "./gather.ts";
import type { Operator } from "./operators.ts";
import { blockOf, reduceBlocks } from "./reduce-blocks.ts";
import { settle } from "./settle.ts";
import { binomialChildren, binomialParent, isPowerOfTwo } from "./tree.ts";

/**
 * The root gets every value and folds them in rank order: what functions are promised.
 * Cost: α + n (p-1) (β + γ), all at the root. Open MPI reduce_intra_basic_linear, which folds in rank order too.
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
 * Each rank reduces its subtree and sends the result to its parent; rank 0 is the root.
 * Cost: ceil(lg p) (α + n (β + γ)). MPICH reduce_intra_binomial.
 */
async function reduceBinomial(channel: Channel, value: unknown, operator: Operator): Promise<unknown> {
	const { rank, size } = channel;
	// The smallest subtree first: it is ready first.
	const children = binomialChildren(rank, size).reverse();
	let result = value;
	for (const message of post(channel, children)) {
		result = combineHigher(operator, result, await message);
	}
	if (rank === 0) return result;
	await channel.send(result, binomialParent(rank));
	return undefined;
}

/**
 * Every rank reduces one block of the array, and rank 0 collects the blocks.
 * Cost: (lg p + 1) α + n (p-1)/p (2 β + γ). Rabenseifner 2004; MPICH reduce_intra_reduce_scatter_gather.
 */
async function reduceScatterGather(
	channel: Channel,
	array: TypedArray,
	operator: Operator,
): Promise<TypedArray | undefined> {
	const { size } = channel;
	const blocks = await gatherLinear(channel, await reduceBlocks(channel, array, operator), 0);
	if (blocks === undefined) return undefined;
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

function isLong(size: number, value: unknown): boolean {
	// On a power of two, ranks whose lengths differ so that they choose differently meet as parent and child here and
	// as partners there, and reject. Along the ring that other numbers of ranks need, they would wait for ever.
	return isTypedArray(value) && value.byteLength >= LONG && size >= LONG_RANKS && isPowerOfTwo(size);
}

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
	const fromRoot = rotated(channel, root);
	return isElementwise(operator, value) && isLong(channel.size, value)
		? reduceScatterGather(fromRoot, value, operator)
		: reduceBinomial(fromRoot, value, operator);
}
