import type { Channel } from "./channel.ts";
import { binomialChildren, binomialParent, realRank, virtualRank } from "./tree.ts";

/**
 * Keeps every rank in the call until `root` says that nothing can fail any more. A rank that only sends would otherwise
 * have resolved when another rank's value turns out not to be packable, or the operator throws, and could not reject.
 *
 * Called at the end of gather, gatherv and reduce (their leaves hear of nobody) and never where each rank's result
 * depends on every rank anyway. Binomial, empty messages: lg p · α.
 */
export async function settle(channel: Channel, root: number): Promise<void> {
	const { rank, size } = channel;
	const virtual = virtualRank(rank, root, size);
	if (virtual !== 0) await channel.recv(realRank(binomialParent(virtual), root, size));
	const children = binomialChildren(virtual, size);
	await Promise.all(children.map((child) => channel.send(undefined, realRank(child, root, size))));
}
