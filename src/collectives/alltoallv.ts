import type { TypedArray } from "../wire/payload.ts";
import { alltoallScattered } from "./alltoall.ts";
import { concatenate } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { cut } from "./counts.ts";

/**
 * Part i of the array goes to rank i; the parts that come are one array, in the order of the ranks they come from.
 * The parts tell their lengths: no counts to receive. MPI_Alltoallv.
 */
export async function alltoallv(
	channel: Channel,
	array: TypedArray,
	sendCounts: ArrayLike<number>,
	sendDispls?: ArrayLike<number>,
): Promise<TypedArray> {
	const parts = cut("alltoallv", array, sendCounts, sendDispls, channel.size);
	return concatenate(await alltoallScattered(channel, parts), "alltoallv");
}
