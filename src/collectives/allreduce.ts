import { isTypedArray, type TypedArray } from "../wire/payload.ts";
import { bcast } from "./bcast.ts";
import { blockView, copyInto } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { combineHigher, combineLower, isElementwise, ownCopy } from "./combine.ts";
import { emptyLike, exchange } from "./exchange.ts";
import type { Operator } from "./operators.ts";
import { reduceInOrder } from "./reduce.ts";
import { blockOf, halvings, reduceBlocks } from "./reduce-blocks.ts";
import { floorPowerOfTwo, isPowerOfTwo } from "./tree.ts";

/**
 * Partners at distance 1, 2, 4 ... exchange what they have and both combine it in the same order. Ranks beyond a power
 * of two give their value to a neighbour first and get the result from it at the end.
 * Cost: ceil(lg p) (α + n (β + γ)), two rounds more for the ranks beyond. MPICH allreduce_intra_recursive_doubling.
 */
async function allreduceRecursiveDoubling(
	channel: Channel,
	value: unknown,
	operator: Operator,
): Promise<unknown> {
	const { rank, size } = channel;
	const power = floorPowerOfTwo(size);
	const beyond = size - power;
	let result = value;
	// The first 2 * beyond ranks pair up, and the odd one of each pair goes on for both.
	if (rank < 2 * beyond) {
		if (rank % 2 === 0) {
			await channel.send(value, rank + 1);
			return channel.recv(rank + 1);
		}
		result = combineLower(operator, await channel.recv(rank - 1), result);
	}
	const position = rank < 2 * beyond ? (rank - 1) / 2 : rank - beyond;
	for (let mask = 1; mask < power; mask *= 2) {
		const partner = position ^ mask;
		const partnerRank = partner < beyond ? 2 * partner + 1 : partner + beyond;
		const other = await exchange(channel, result, partnerRank, partnerRank);
		result =
			partner < position ? combineLower(operator, other, result) : combineHigher(operator, result, other);
	}
	if (rank < 2 * beyond) await channel.send(result, rank - 1);
	return result;
}

/**
 * Every rank reduces one block of the array; then the exchanges run backwards and hand the blocks to everyone.
 * Cost: 2 lg p · α + n (p-1)/p (2 β + γ). Rabenseifner 2004; MPICH allreduce_intra_reduce_scatter_allgather.
 */
async function allreduceHalvingDoubling(
	channel: Channel,
	array: TypedArray,
	operator: Operator,
): Promise<TypedArray> {
	const { rank, size } = channel;
	const result = emptyLike(array, array.length);
	const runs = halvings(rank, size);
	const [own, ...wider] = runs.reverse();
	let run = own ?? { first: 0, end: size };
	const view = ({ first, end }: typeof run) => blockView(result, size, first, end);
	copyInto(view(run), await reduceBlocks(channel, array, operator), "allreduce", rank);
	for (const next of wider) {
		const partner = rank ^ (size / (next.end - next.first));
		const missing =
			next.first === run.first ? { first: run.end, end: next.end } : { first: next.first, end: run.first };
		copyInto(view(missing), await exchange(channel, view(run), partner, partner), "allreduce", partner);
		run = next;
	}
	return result;
}

/**
 * Every rank reduces one block of the array; then the blocks go round the ring.
 * Cost: 2 (p-1) α + n (p-1)/p (2 β + γ). Patarasuk, Yuan 2009.
 */
async function allreduceRing(channel: Channel, array: TypedArray, operator: Operator): Promise<TypedArray> {
	const { rank, size } = channel;
	const result = emptyLike(array, array.length);
	const view = (index: number) => blockView(result, size, index, index + 1);
	const own = blockOf(rank, size);
	copyInto(view(own), await reduceBlocks(channel, array, operator), "allreduce", rank);
	const previous = (rank - 1 + size) % size;
	for (let step = 0; step < size - 1; step++) {
		const outgoing = view((own - step + size) % size);
		const incoming = view((own - step - 1 + size) % size);
		copyInto(incoming, await exchange(channel, outgoing, (rank + 1) % size, previous), "allreduce", previous);
	}
	return result;
}

/** From here on (MPI wants equal lengths on all ranks) moving each byte twice beats moving it lg p times. */
const LONG = 256 * 1024;
const LONG_RANKS = 3;

/** All ranks' values made one, bit by bit the same on every rank. MPI_Allreduce. */
export async function allreduce(channel: Channel, value: unknown, operator: Operator): Promise<unknown> {
	const { size } = channel;
	if (size === 1) return ownCopy(value);
	// Folded once, at rank 0: a function need not give the same result twice.
	if (!operator.commutative) return bcast(channel, await reduceInOrder(channel, value, operator, 0), 0);
	const long = isTypedArray(value) && value.byteLength >= LONG && size >= LONG_RANKS;
	if (!long || !isElementwise(operator, value)) return allreduceRecursiveDoubling(channel, value, operator);
	return isPowerOfTwo(size)
		? allreduceHalvingDoubling(channel, value, operator)
		: allreduceRing(channel, value, operator);
}
