import type { TypedArray } from "../wire/payload.ts";
import { allgather } from "./allgather.ts";
import { arrange } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { checkLayout, checkPart, checkTypedArray, type Layout } from "./counts.ts";

/**
 * Every rank's elements as one array on every rank: in rank order, or where the layout, the same everywhere, puts them.
 * Lengths may differ. MPI_Allgatherv. Cost: that of `allgather`, and copying n bytes.
 */
export async function allgatherv(
	channel: Channel,
	array: TypedArray,
	layout: Layout = {},
): Promise<TypedArray> {
	checkTypedArray("allgatherv", array);
	checkLayout("allgatherv", layout, channel.size);
	// With the same layout everywhere, each rank finds its own mistake before anything has left it.
	checkPart("allgatherv", layout, channel.rank, array.length);
	return arrange(await allgather(channel, array), "allgatherv", layout);
}
