import { ArgumentError } from "../base/errors.ts";
import { isTypedArray, type TypedArray } from "../wire/payload.ts";
import { blockStart, blockView } from "./blocks.ts";
import type { Channel } from "./channel.ts";
import { exchange } from "./exchange.ts";
import type { Operator } from "./operators.ts";
import { isPowerOfTwo } from "./tree.ts";

/** A run of the `size` blocks of an array: first, and one past the last. */
export interface Run {
	readonly first: number;
	readonly end: number;
}

/** The runs that recursive halving leaves a rank with, before the first round up to after the last. */
export function halvings(rank: number, size: number): Run[] {
	const runs: Run[] = [{ first: 0, end: size }];
	let run: Run = { first: 0, end: size };
	for (let mask = 1; mask < size; mask *= 2) {
		const middle = (run.first + run.end) / 2;
		run = (rank & mask) === 0 ? { first: run.first, end: middle } : { first: middle, end: run.end };
		runs.push(run);
	}
	return runs;
}

/** The one block that `reduceBlocks` reduces on `rank`. */
export function blockOf(rank: number, size: number): number {
	return isPowerOfTwo(size) ? (halvings(rank, size).at(-1)?.first ?? 0) : (rank + 1) % size;
}

function received(operator: Operator, value: unknown, own: TypedArray): TypedArray {
	if (!isTypedArray(value) || operator.combineInto === undefined) {
		const types = `${own.constructor.name} and ${typeof value}`;
		throw new ArgumentError(
			"ERR_TYPE",
			`Cannot apply ${operator.name} to ${types}: every rank passes the same type`,
		);
	}
	operator.combineInto(value, own);
	return value;
}

/**
 * Partners exchange halves of what they hold and reduce the half they keep. The nearest ranks come first, as in
 * recursive doubling: if ranks passed different lengths and so chose differently, the first exchange shows it.
 * Cost: lg p · α + n (p-1)/p (β + γ). Rabenseifner 2004; MPICH allreduce_intra_reduce_scatter_allgather.
 */
async function reduceBlocksHalving(
	channel: Channel,
	array: TypedArray,
	operator: Operator,
): Promise<TypedArray> {
	const { rank, size } = channel;
	const element = (block: number) => blockStart(array.length, size, block);
	let own = array;
	let run: Run = { first: 0, end: size };
	for (const [round, next] of halvings(rank, size).slice(1).entries()) {
		const middle = element((run.first + run.end) / 2) - element(run.first);
		const [lower, upper] = [own.subarray(0, middle), own.subarray(middle)];
		const keepsLower = next.first === run.first;
		const partner = rank ^ (1 << round);
		const value = await exchange(channel, keepsLower ? upper : lower, partner, partner);
		own = received(operator, value, keepsLower ? lower : upper);
		run = next;
	}
	return own;
}

/**
 * Blocks go round the ring, each rank adding its own elements to what passes.
 * Cost: (p-1) α + n (p-1)/p (β + γ). Patarasuk, Yuan 2009.
 */
async function reduceBlocksRing(
	channel: Channel,
	array: TypedArray,
	operator: Operator,
): Promise<TypedArray> {
	const { rank, size } = channel;
	let passing = blockView(array, size, rank, rank + 1);
	for (let step = 1; step < size; step++) {
		const index = (rank - step + size) % size;
		const next = await exchange(channel, passing, (rank + 1) % size, (rank - 1 + size) % size);
		passing = received(operator, next, blockView(array, size, index, index + 1));
	}
	return passing;
}

/** Cuts every rank's array into `size` blocks and reduces block `blockOf(rank)` on each rank, into fresh memory. */
export function reduceBlocks(channel: Channel, array: TypedArray, operator: Operator): Promise<TypedArray> {
	return isPowerOfTwo(channel.size)
		? reduceBlocksHalving(channel, array, operator)
		: reduceBlocksRing(channel, array, operator);
}
