import type { TypedArray } from "../wire/payload.ts";
import { arrange } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { checkLayout, checkTypedArray, type Layout } from "./counts.ts";
import { gatherLinear } from "./gather.ts";
import { settle } from "./settle.ts";

/**
 * Every rank's elements as one array at the root, undefined elsewhere: in rank order, or where the root's layout puts
 * them. The arrays tell their lengths: the root need not. MPI_Gatherv.
 * Cost: α + n (p-1)/p · β. MPICH gatherv_allcomm_linear.
 */
export async function gatherv(
	channel: Channel,
	array: TypedArray,
	root: number,
	layout: Layout = {},
): Promise<TypedArray | undefined> {
	checkTypedArray("gatherv", array);
	if (channel.rank === root) checkLayout("gatherv", layout, channel.size);
	const arrays = await gatherLinear(channel, array, root);
	// Before settling: types and lengths may be wrong, which only the root sees.
	const result = arrays === undefined ? undefined : arrange(arrays, "gatherv", layout);
	await settle(channel, root);
	return result;
}
