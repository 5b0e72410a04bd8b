import { ArgumentError } from "../base/errors.ts";
import { isTypedArray, pack, type TypedArray } from "../wire/payload.ts";
import { blockView, concatenate, copyInto } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { emptyLike, exchange } from "./exchange.ts";
import { checkCount } from "./scatter.ts";

/** So many messages each way are under way at once. MPICH's throttle. */
const THROTTLE = 32;

/**
 * Every rank sends each other one its item, in windows of steps: in step s to the rank s further on, from the one s
 * back. Ranks may be in different windows, for the earliest step that anybody waits in always completes.
 * Cost: α + (p-1) n · β, and p-1 sends and receives per rank. MPICH alltoall_intra_scattered.
 */
export async function alltoallScattered(channel: Channel, values: readonly unknown[]): Promise<unknown[]> {
	const { rank, size } = channel;
	// All packed before the first is sent: a rank that has all of its items knows that nobody failed to pack one.
	const packed = values.map((value, dest) => (dest === rank ? undefined : pack(value)));
	const result: unknown[] = new Array(size);
	result[rank] = values[rank];
	for (let start = 1; start < size; start += THROTTLE) {
		const window: Promise<void>[] = [];
		for (let step = start; step < Math.min(size, start + THROTTLE); step++) {
			const source = (rank - step + size) % size;
			window.push(
				channel.recv(source).then((value) => {
					result[source] = value;
				}),
			);
		}
		for (let step = start; step < Math.min(size, start + THROTTLE); step++) {
			const dest = (rank + step) % size;
			window.push(channel.send(packed[dest], dest));
		}
		await Promise.all(window);
	}
	return result;
}

/**
 * Blocks travel by the bits of their distance: round k hands all blocks whose distance has bit k to the rank 2^k on.
 * Cost: ceil(lg p) α + n p/2 lg p · β. Bruck et al. 1997; MPICH alltoall_intra_brucks.
 */
async function alltoallBruck(channel: Channel, array: TypedArray): Promise<TypedArray> {
	const { rank, size } = channel;
	// blocks[d] is, in turn, on its way to the rank d further on and has come from the rank d back.
	const blocks = Array.from({ length: size }, (_, distance) => {
		const dest = (rank + distance) % size;
		return blockView(array, size, dest, dest + 1);
	});
	for (let bit = 1; bit < size; bit *= 2) {
		const moving = blocks.flatMap((_, distance) => ((distance & bit) === 0 ? [] : [distance]));
		const outgoing = concatenate(
			moving.map((distance) => blocks[distance]),
			"alltoall",
		);
		const source = (rank - bit + size) % size;
		const incoming = emptyLike(array, outgoing.length);
		copyInto(incoming, await exchange(channel, outgoing, (rank + bit) % size, source), "alltoall", source);
		for (const [index, distance] of moving.entries()) {
			blocks[distance] = blockView(incoming, moving.length, index, index + 1);
		}
	}
	const ordered = Array.from({ length: size }, (_, source) => blocks[(rank - source + size) % size]);
	return concatenate(ordered, "alltoall");
}

/** Blocks up to this size are worth lg p rounds of many instead of p-1 messages of one. */
const TINY_BLOCK = 256;
const BRUCK_RANKS = 8;

/** Throws unless the array can be cut into one equal block per rank. */
export function checkBlocks(action: string, array: TypedArray, size: number): void {
	if (array.length % size === 0) return;
	throw new ArgumentError(
		"ERR_COUNT",
		`Cannot ${action} ${array.constructor.name}(${array.length}): its length is a multiple of the ${size} ranks`,
	);
}

/**
 * Item `rank` of every rank's values, in rank order. A typed array is one equal block per rank, of the same length on
 * every rank, and gives a typed array. MPI_Alltoall.
 */
export async function alltoall(
	channel: Channel,
	values: readonly unknown[] | TypedArray,
): Promise<unknown[] | TypedArray> {
	const { rank, size } = channel;
	if (!isTypedArray(values)) {
		checkCount("alltoall", values, size);
		return alltoallScattered(channel, values);
	}
	checkBlocks("alltoall", values, size);
	if (size >= BRUCK_RANKS && values.byteLength / size <= TINY_BLOCK) return alltoallBruck(channel, values);
	const blocks = Array.from({ length: size }, (_, dest) => blockView(values, size, dest, dest + 1));
	const received = await alltoallScattered(channel, blocks);
	const result = emptyLike(values, values.length);
	for (const [source, block] of received.entries()) {
		copyInto(
			blockView(result, size, source, source + 1),
			source === rank ? blocks[rank] : block,
			"alltoall",
			source,
		);
	}
	return result;
}
