import { decode, kindOf, type TypedArray } from "../wire/payload.ts";
import type { Channel } from "./channel.ts";
import { realRank, virtualRank } from "./tree.ts";

/** Sends to one rank while receiving from another. The receive is there first: a send may wait for its receive. */
export async function exchange(
	channel: Channel,
	value: unknown,
	dest: number,
	source: number,
): Promise<unknown> {
	const [received] = await Promise.all([channel.recv(source), channel.send(value, dest)]);
	return received;
}

/**
 * Receives posted at once, to be awaited one by one. Without this, the rejections of those that are never reached,
 * because an earlier one rejected, would end the process as unhandled.
 */
export function post(channel: Channel, sources: readonly number[]): Promise<unknown>[] {
	const posted = sources.map((source) => channel.recv(source));
	for (const promise of posted) promise.catch(() => undefined);
	return posted;
}

/** New memory for `length` elements of the type that `array` has. */
export function emptyLike(array: TypedArray, length: number): TypedArray {
	return decode(kindOf(array), new Uint8Array(length * array.BYTES_PER_ELEMENT)) as TypedArray;
}

/** The same channel with ranks counted from `root`, which becomes rank 0: for algorithms that know no root. */
export function rotated(channel: Channel, root: number): Channel {
	const { rank, size } = channel;
	return {
		rank: virtualRank(rank, root, size),
		size,
		send: (value, dest) => channel.send(value, realRank(dest, root, size)),
		recv: (source) => channel.recv(realRank(source, root, size)),
	};
}
