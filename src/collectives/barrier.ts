import type { Channel } from "./channel.ts";
import { exchange } from "./exchange.ts";

/**
 * Each round tells the rank 2^k further on, and hears from the one 2^k back: after the last round every rank has heard
 * of all others. Cost: ceil(lg p) · α. Hensgen, Finkel, Manber 1988.
 */
async function barrierDissemination(channel: Channel): Promise<void> {
	const { rank, size } = channel;
	for (let distance = 1; distance < size; distance *= 2) {
		await exchange(channel, undefined, (rank + distance) % size, (rank - distance + size) % size);
	}
}

/** No rank leaves before all have entered. MPI_Barrier. */
export async function barrier(channel: Channel): Promise<void> {
	await barrierDissemination(channel);
}
