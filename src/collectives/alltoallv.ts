import type { TypedArray } from "../wire/payload.ts";
import { alltoallScattered } from "./alltoall.ts";
import { barrier } from "./barrier.ts";
import { arrange } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { checkLayout, cut, type Layout } from "./counts.ts";

/**
 * Part i of the array goes to rank i; the parts that come are one array: in the order of the ranks they come from, or
 * where the layout puts them. The parts tell their lengths: no counts to receive are needed. MPI_Alltoallv.
 * Cost: that of `alltoallScattered`, and ceil(lg p) · α of the barrier. MPICH alltoallv_intra_scattered.
 */
export async function alltoallv(
	channel: Channel,
	array: TypedArray,
	sendCounts: ArrayLike<number> | undefined,
	sendDispls?: ArrayLike<number>,
	layout: Layout = {},
): Promise<TypedArray> {
	const parts = cut("alltoallv", array, sendCounts, sendDispls, channel.size);
	checkLayout("alltoallv", layout, channel.size);
	const result = arrange(await alltoallScattered(channel, parts), "alltoallv", layout);
	// Each rank sees only what comes to it: types and lengths may be wrong at one rank alone.
	await barrier(channel);
	return result;
}
