import { isTypedArray, type TypedArray } from "../wire/payload.ts";
import { alltoallScattered, checkBlocks } from "./alltoall.ts";
import { barrier } from "./barrier.ts";
import { blockView } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { combineLower, foldInOrder, isElementwise, ownCopy } from "./combine.ts";
import { exchange } from "./exchange.ts";
import type { Operator } from "./operators.ts";
import { checkCount } from "./scatter.ts";

/**
 * Every rank gets all values for it at once and folds them in rank order.
 * Cost: α + n (p-1)/p (β + γ), and p-1 sends and receives per rank. `alltoallScattered` and a fold.
 */
async function reduceScatterDirect(
	channel: Channel,
	values: readonly unknown[],
	operator: Operator,
): Promise<unknown> {
	return foldInOrder(operator, await alltoallScattered(channel, values));
}

/**
 * In step s each rank sends the block of the rank s further on and adds the one from the rank s back to its own: never
 * more than one block waits. Cost: (p-1) α + n (p-1)/p (β + γ). MPICH reduce_scatter_intra_pairwise.
 */
async function reduceScatterPairwise(
	channel: Channel,
	array: TypedArray,
	operator: Operator,
): Promise<unknown> {
	const { rank, size } = channel;
	let result: unknown = blockView(array, size, rank, rank + 1);
	for (let step = 1; step < size; step++) {
		const dest = (rank + step) % size;
		const block = blockView(array, size, dest, dest + 1);
		result = combineLower(
			operator,
			await exchange(channel, block, dest, (rank - step + size) % size),
			result,
		);
	}
	return result;
}

/** Above this the blocks are reduced as they come, instead of being kept until all are there. */
const LONG = 64 * 1024;

/**
 * Item `rank` of every rank's values, made one. A typed array is one equal block per rank, of the same length on every
 * rank, and gives the block reduced. MPI_Reduce_scatter_block.
 */
export async function reduceScatter(
	channel: Channel,
	values: readonly unknown[] | TypedArray,
	operator: Operator,
): Promise<unknown> {
	const { rank, size } = channel;
	if (isTypedArray(values)) {
		checkBlocks("reduceScatter", values, size);
		if (size === 1) return ownCopy(values);
		// Each rank sees a block of every rank, so types or lengths that differ make all ranks reject.
		if (isElementwise(operator, values) && values.byteLength >= LONG) {
			return reduceScatterPairwise(channel, values, operator);
		}
	} else {
		checkCount("reduceScatter", values, size);
	}
	const items = isTypedArray(values)
		? Array.from({ length: size }, (_, index) => blockView(values, size, index, index + 1))
		: values;
	if (size === 1) return ownCopy(items[rank]);
	const result = await reduceScatterDirect(channel, items, operator);
	// Each rank folds other values: the operator may have thrown on one of them only.
	if (!isTypedArray(values) || !isElementwise(operator, values)) await barrier(channel);
	return result;
}
