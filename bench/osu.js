// What the benchmarks with OSU's names share: sizes, numbers of loops, timing and tables. Definitions are those of the
// OSU micro-benchmarks; times are microseconds, the mean over loops and ranks, with the slowest rank's mean beside it.
import { init, MAX, MIN, SUM } from "tsmpi";
import { row, sizes } from "./table.js";

/** Bytes beyond which there are fewer loops, as in OSU. */
const LARGE = 8192;
const HUGE = 2 ** 20;

/** How often an operation is timed, and how often it is run before that. @param {number} bytes */
export function loops(bytes) {
	if (bytes > HUGE) return { count: 10, skip: 2 };
	return bytes > LARGE ? { count: 50, skip: 5 } : { count: 300, skip: 30 };
}

/** The sizes that the command line asks for: the largest power of two, or a list such as 8,65536. @param {number} last */
function wantedSizes(last) {
	const [text = `${last}`] = process.argv.slice(2);
	return text.includes(",") ? text.split(",").map(Number) : sizes(Number(text));
}

/**
 * Times a collective: each call is followed by a barrier that is not timed, so that no rank runs ahead.
 *
 * @param {string} title
 * @param {number} first 0 for an operation without data, else the smallest size.
 * @param {(world: import("tsmpi").Comm, bytes: number) => () => Promise<unknown>} make
 */
export async function collective(title, first, make) {
	const { world } = await init();
	if (world.rank === 0) {
		console.log(`# ${title}, ${world.size} ranks`);
		row(["bytes", "avg us", "min us", "max us"]);
	}
	for (const bytes of first === 0 ? [0] : wantedSizes(2 ** 20).filter((size) => size >= first)) {
		const operation = make(world, bytes);
		const { count, skip } = loops(bytes);
		let total = 0;
		for (let loop = -skip; loop < count; loop++) {
			const begin = performance.now();
			await operation();
			if (loop >= 0) total += performance.now() - begin;
			await world.barrier();
		}
		const mean = (total * 1000) / count;
		const [sum, min, max] = [
			await world.allreduce(mean, { op: SUM }),
			await world.allreduce(mean, { op: MIN }),
			await world.allreduce(mean, { op: MAX }),
		];
		if (world.rank === 0) row([`${bytes}`, sum / world.size, min, max]);
	}
}

/** One rank's part in a benchmark of pairs: rank i of the first half sends to rank i of the second. */
export async function joinPairs() {
	const { world } = await init();
	const pairs = world.size / 2;
	if (!Number.isInteger(pairs))
		throw new Error(`Cannot make pairs of ${world.size} ranks: an even number is needed`);
	const sends = world.rank < pairs;
	return { world, pairs, sends, other: sends ? world.rank + pairs : world.rank - pairs };
}

/** Messages in flight before an answer. */
export const WINDOW = 64;

/**
 * Measures something for each size and prints one line of its columns.
 *
 * @param {import("tsmpi").Comm} world
 * @param {string} title
 * @param {readonly string[]} columns
 * @param {(bytes: number) => Promise<readonly number[]>} measure
 */
export async function perSize(world, title, columns, measure) {
	if (world.rank === 0) {
		console.log(`# ${title}, ${world.size} ranks`);
		row(["bytes", ...columns]);
	}
	for (const bytes of wantedSizes(2 ** 22)) {
		await world.barrier();
		const figures = await measure(bytes);
		if (world.rank === 0) row([`${bytes}`, ...figures]);
	}
}

/** Milliseconds of the timed loops of a step. @param {{ count: number, skip: number }} times @param {() => Promise<unknown>} step */
export async function timed({ count, skip }, step) {
	for (let loop = 0; loop < skip; loop++) await step();
	const begin = performance.now();
	for (let loop = 0; loop < count; loop++) await step();
	return performance.now() - begin;
}
