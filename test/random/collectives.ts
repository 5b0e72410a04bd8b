import { type Comm, SUM } from "tsmpi";
import type { Part } from "./part.ts";
import type { Step } from "./schedule.ts";
import { arrayOf, sampleOf } from "./values.ts";

interface Call {
	readonly comm: Comm;
	readonly ranks: readonly number[];
	readonly root: number;
	/** What rank `source` has for rank `dest`. */
	readonly item: (source: number, dest?: number) => unknown;
	readonly array: (source: number, dest?: number) => Float64Array;
	/** With a function in place of SUM, on text. */
	readonly twist: boolean;
}

type Outcome = readonly [result: unknown, expected: unknown];

const join = (a: string, b: string) => a + b;
const concatenated = (arrays: readonly Float64Array[]) => {
	const result = new Float64Array(arrays.reduce((length, array) => length + array.length, 0));
	let at = 0;
	for (const array of arrays) {
		result.set(array, at);
		at += array.length;
	}
	return result;
};
const summed = (arrays: readonly Float64Array[]) => {
	const result = new Float64Array(arrays[0]?.length ?? 0);
	for (const array of arrays)
		for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) + (array[i] ?? 0);
	return result;
};
const letters = (ranks: readonly number[]) => ranks.map((rank) => `<${rank}>`).join("");

/** The call with its arguments on this rank, and what it must give. */
const calls: Record<Step["name"], (call: Call) => Promise<Outcome>> = {
	barrier: async ({ comm }) => [await comm.barrier(), undefined],
	bcast: async ({ comm, root, item }) => [
		await comm.bcast(comm.rank === root ? item(root) : "ignored", { root }),
		item(root),
	],
	scatter: async ({ comm, root, item, ranks }) => [
		await comm.scatter(comm.rank === root ? ranks.map((dest) => item(root, dest)) : undefined, { root }),
		item(root, comm.rank),
	],
	gather: async ({ comm, root, item, ranks }) => [
		await comm.gather(item(comm.rank), { root }),
		comm.rank === root ? ranks.map((source) => item(source)) : undefined,
	],
	allgather: async ({ comm, item, ranks }) => [
		await comm.allgather(item(comm.rank)),
		ranks.map((source) => item(source)),
	],
	alltoall: async ({ comm, item, array, ranks, twist }) =>
		twist
			? [
					await comm.alltoall(concatenated(ranks.map((dest) => array(comm.rank, dest)))),
					concatenated(ranks.map((source) => array(source, comm.rank))),
				]
			: [
					await comm.alltoall(ranks.map((dest) => item(comm.rank, dest))),
					ranks.map((source) => item(source, comm.rank)),
				],
	reduce: async ({ comm, root, array, ranks, twist }) => {
		const result = twist
			? await comm.reduce(`<${comm.rank}>`, { op: join, root })
			: await comm.reduce(array(comm.rank), { op: SUM, root });
		const whole = twist ? letters(ranks) : summed(ranks.map((source) => array(source)));
		return [result, comm.rank === root ? whole : undefined];
	},
	allreduce: async ({ comm, array, ranks, twist }) =>
		twist
			? [await comm.allreduce(`<${comm.rank}>`, { op: join }), letters(ranks)]
			: [await comm.allreduce(array(comm.rank), { op: SUM }), summed(ranks.map((source) => array(source)))],
	reduceScatter: async ({ comm, array, ranks }) => [
		await comm.reduceScatter(concatenated(ranks.map((dest) => array(comm.rank, dest))), { op: SUM }),
		summed(ranks.map((source) => array(source, comm.rank))),
	],
	scan: async ({ comm, array, ranks, twist }) =>
		twist
			? [await comm.scan(`<${comm.rank}>`, { op: join }), letters(ranks.slice(0, comm.rank + 1))]
			: [
					await comm.scan(array(comm.rank), { op: SUM }),
					summed(ranks.slice(0, comm.rank + 1).map((source) => array(source))),
				],
	exscan: async ({ comm, array, ranks }) => [
		await comm.exscan(array(comm.rank), { op: SUM }),
		comm.rank === 0 ? undefined : summed(ranks.slice(0, comm.rank).map((source) => array(source))),
	],
	scatterv: async ({ comm, root, array, ranks }) => {
		const parts = ranks.map((dest) => array(root, dest).subarray(0, dest));
		const counts = parts.map((part) => part.length);
		const whole = comm.rank === root ? concatenated(parts) : undefined;
		return [await comm.scatterv(whole, { counts, root }), parts[comm.rank]?.slice()];
	},
	gatherv: async ({ comm, root, array, ranks }) => {
		const part = (source: number) => array(source).subarray(0, source);
		return [
			await comm.gatherv(part(comm.rank), { root }),
			comm.rank === root ? concatenated(ranks.map(part)) : undefined,
		];
	},
	allgatherv: async ({ comm, array, ranks }) => {
		const part = (source: number) => array(source).subarray(source % 2);
		return [await comm.allgatherv(part(comm.rank)), concatenated(ranks.map(part))];
	},
	alltoallv: async ({ comm, array, ranks }) => {
		const part = (source: number, dest: number) => array(source, dest).subarray(0, (source + dest) % 3);
		const sendCounts = ranks.map((dest) => part(comm.rank, dest).length);
		const whole = concatenated(ranks.map((dest) => part(comm.rank, dest)));
		return [
			await comm.alltoallv(whole, { sendCounts }),
			concatenated(ranks.map((source) => part(source, comm.rank))),
		];
	},
};

/** One collective call of all ranks. */
export async function collective(comm: Comm, part: Part, step: Step, at: number): Promise<void> {
	// A message per pair of ranks: the largest would take too long on many.
	const shape = step.shape === "huge" || step.shape === "hugeText" ? "long" : step.shape;
	const number = (source: number, dest = 0) => at * 1000 + source * 50 + dest;
	const call: Call = {
		comm,
		ranks: Array.from({ length: comm.size }, (_, rank) => rank),
		root: step.to % comm.size,
		item: (source, dest) => sampleOf(shape, number(source, dest)),
		array: (source, dest) => arrayOf(shape, number(source, dest)),
		twist: step.twist,
	};
	await part.begin(step.sendLag, async () => {
		const [result, expected] = await calls[step.name](call);
		part.expect(result, expected);
	});
}
