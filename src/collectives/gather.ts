import type { Channel } from "./channel.ts";
import { settle } from "./settle.ts";

/**
 * Every rank sends its value to the root. A tree would send most values several times, each time unpacked and packed.
 * Cost: α + n (p-1)/p · β, and p-1 receives at the root. Open MPI gather_intra_basic_linear, all receives at
 * once. Ranks other than the root hear of nobody: see `settle`.
 */
export async function gatherLinear(
	channel: Channel,
	value: unknown,
	root: number,
): Promise<unknown[] | undefined> {
	const { rank, size } = channel;
	if (rank !== root) {
		await channel.send(value, root);
		return undefined;
	}
	return Promise.all(
		Array.from({ length: size }, (_, source) => (source === root ? value : channel.recv(source))),
	);
}

/** Every rank's value in rank order at the root, its own being the very one it passed. MPI_Gather. */
export async function gather(channel: Channel, value: unknown, root: number): Promise<unknown[] | undefined> {
	const values = await gatherLinear(channel, value, root);
	await settle(channel, root);
	return values;
}
