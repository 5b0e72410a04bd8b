import { ArgumentError } from "../base/errors.ts";
import type { Channel } from "./channel.ts";
import { rotated } from "./exchange.ts";
import { binomialChildren, binomialParent } from "./tree.ts";

/**
 * Keeps every rank in the call until `root` says that nothing can fail any more. A rank that only sends would otherwise
 * have resolved when another rank's value turns out not to be packable, or the operator throws, and could not reject.
 *
 * Called at the end of gather, gatherv and reduce (their leaves hear of nobody) and never where each rank's result
 * depends on every rank anyway. Binomial, empty messages: lg p · α.
 */
export async function settle(channel: Channel, root: number): Promise<void> {
	const { rank, size, send, recv } = rotated(channel, root);
	// Data instead of the empty message: the parent runs another algorithm, chosen by the length of its array.
	if (rank !== 0 && (await recv(binomialParent(rank))) !== undefined) {
		throw new ArgumentError("ERR_COUNT", "Cannot go on: every rank passes an array of the same length");
	}
	await Promise.all(binomialChildren(rank, size).map((child) => send(undefined, child)));
}
