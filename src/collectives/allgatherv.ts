import type { TypedArray } from "../wire/payload.ts";
import { allgather } from "./allgather.ts";
import { concatenate } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { checkTypedArray } from "./counts.ts";

/** Every rank's elements in rank order as one array, on every rank; lengths may differ. MPI_Allgatherv. */
export async function allgatherv(channel: Channel, array: TypedArray): Promise<TypedArray> {
	checkTypedArray("allgatherv", array);
	return concatenate(await allgather(channel, array), "allgatherv");
}
