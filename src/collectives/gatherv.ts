import type { TypedArray } from "../wire/payload.ts";
import { concatenate } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { checkTypedArray } from "./counts.ts";
import { gatherLinear } from "./gather.ts";
import { settle } from "./settle.ts";

/**
 * Every rank's elements in rank order as one array at the root, undefined elsewhere. The arrays tell their lengths:
 * the root passes no counts. Linear: α + n (p-1)/p · β. MPI_Gatherv.
 */
export async function gatherv(
	channel: Channel,
	array: TypedArray,
	root: number,
): Promise<TypedArray | undefined> {
	checkTypedArray("gatherv", array);
	const arrays = await gatherLinear(channel, array, root);
	// Before settling: the types may differ, which only the root sees.
	const result = arrays === undefined ? undefined : concatenate(arrays, "gatherv");
	await settle(channel, root);
	return result;
}
