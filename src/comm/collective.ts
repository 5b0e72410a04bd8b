import { allgather } from "../collectives/allgather.ts";
import { allreduce } from "../collectives/allreduce.ts";
import { alltoall } from "../collectives/alltoall.ts";
import { barrier } from "../collectives/barrier.ts";
import { bcast } from "../collectives/bcast.ts";
import { gather } from "../collectives/gather.ts";
import { asOperator, type Operator, type ReduceFunction } from "../collectives/operators.ts";
import { reduce } from "../collectives/reduce.ts";
import { reduceScatter } from "../collectives/reduce-scatter.ts";
import { exscan, scan } from "../collectives/scan.ts";
import { scatter } from "../collectives/scatter.ts";
import { isTypedArray, type TypedArray } from "../wire/payload.ts";
import { checkPerRank, checkRoot } from "./arguments.ts";
import { Calling, type CollectiveOptions } from "./calling.ts";

/** Options of a collective with one rank in the middle. */
export interface RootOptions extends CollectiveOptions {
	/** Rank in this communicator; the same on every rank. @default 0 */
	readonly root?: number;
}

/** Options of a reduction. */
export interface ReduceOptions<T> extends CollectiveOptions {
	/** SUM, MAX, ... or a function `(a, b) => c`, which is applied in rank order. The same on every rank. */
	readonly op: Operator | ReduceFunction<T>;
}

/** Options of a reduction to one rank. */
export interface RootedReduceOptions<T> extends ReduceOptions<T> {
	/** @default 0 */
	readonly root?: number;
}

/**
 * Operations of all ranks of a communicator. Every rank must call them in the same order (MPI 4.1 §6.14); calls need
 * not be awaited one by one. A call that cannot go on at one rank rejects on every rank; ranks whose calls differ get
 * an error that names both.
 *
 * All of them throw {MpiError} ERR_ROOT, ERR_COUNT, ERR_TYPE, ERR_OP for arguments that cannot be used, ERR_PROC_FAILED,
 * ERR_FINALIZED.
 */
export class Collective extends Calling {
	/** Resolves once every rank has called it. MPI_Barrier, MPI 4.1 §6.3. */
	async barrier(options: CollectiveOptions = {}): Promise<void> {
		return await this.call("barrier", -1, options, barrier);
	}

	/**
	 * Gives every rank the root's value. MPI_Bcast, MPI 4.1 §6.4.
	 *
	 * @param value What the root has; ignored elsewhere.
	 */
	async bcast<T>(value: T | undefined, options: RootOptions = {}): Promise<T> {
		const { root = 0 } = options ?? {};
		return await this.call("bcast", root, options, async (channel) => {
			checkRoot("bcast", root, this.size);
			return (await bcast(channel, value, root)) as T;
		});
	}

	/**
	 * Gives rank i the i-th value of the root. MPI_Scatter, MPI 4.1 §6.6.
	 *
	 * @param values At the root: one value per rank; ignored elsewhere.
	 * @throws {MpiError} ERR_COUNT on every rank if the root has more or fewer values than ranks.
	 */
	async scatter<T>(values: readonly T[] | undefined, options: RootOptions = {}): Promise<T> {
		const { root = 0 } = options ?? {};
		return await this.call("scatter", root, options, async (channel) => {
			checkRoot("scatter", root, this.size);
			if (this.rank === root) checkPerRank("scatter", values, this.size);
			return (await scatter(channel, values, root)) as T;
		});
	}

	/** Gives the root every rank's value, in rank order; undefined elsewhere. MPI_Gather, MPI 4.1 §6.5. */
	async gather<T>(value: T, options: RootOptions = {}): Promise<T[] | undefined> {
		const { root = 0 } = options ?? {};
		return await this.call("gather", root, options, async (channel) => {
			checkRoot("gather", root, this.size);
			return (await gather(channel, value, root)) as T[] | undefined;
		});
	}

	/** Gives every rank every rank's value, in rank order. MPI_Allgather, MPI 4.1 §6.7. */
	async allgather<T>(value: T, options: CollectiveOptions = {}): Promise<T[]> {
		return await this.call(
			"allgather",
			-1,
			options,
			async (channel) => (await allgather(channel, value)) as T[],
		);
	}

	/**
	 * Gives rank i the i-th value of every rank, in rank order. MPI_Alltoall, MPI 4.1 §6.8.
	 *
	 * @param values One value per rank, or a typed array that is cut in equal blocks, one per rank; it is of the same
	 *   length on every rank.
	 */
	async alltoall<T>(values: readonly T[], options?: CollectiveOptions): Promise<T[]>;
	async alltoall<T extends TypedArray>(values: T, options?: CollectiveOptions): Promise<T>;
	async alltoall(values: unknown, options: CollectiveOptions = {}): Promise<unknown> {
		return await this.call("alltoall", -1, options, async (channel) => {
			if (!isTypedArray(values)) checkPerRank("alltoall", values, this.size);
			return alltoall(channel, values);
		});
	}

	/**
	 * Combines all ranks' values at the root; undefined elsewhere. MPI_Reduce, MPI 4.1 §6.9.1.
	 *
	 * Built-in operators take numbers, bigints and, element by element, typed arrays.
	 */
	async reduce<T>(value: T, options: RootedReduceOptions<T>): Promise<T | undefined> {
		const { op, root = 0 } = options ?? {};
		return await this.call("reduce", root, options, async (channel) => {
			checkRoot("reduce", root, this.size);
			return (await reduce(channel, value, asOperator(op as Operator), root)) as T | undefined;
		});
	}

	/** Combines all ranks' values; the result is the same, bit by bit, on every rank. MPI_Allreduce, MPI 4.1 §6.9.6. */
	async allreduce<T>(value: T, options: ReduceOptions<T>): Promise<T> {
		const { op } = options ?? {};
		return await this.call(
			"allreduce",
			-1,
			options,
			async (channel) => (await allreduce(channel, value, asOperator(op as Operator))) as T,
		);
	}

	/**
	 * Combines the i-th values of all ranks at rank i. MPI_Reduce_scatter_block, MPI 4.1 §6.10.1.
	 *
	 * @param values One value per rank, or a typed array that is cut in equal blocks, one per rank.
	 */
	async reduceScatter<T>(values: readonly T[], options: ReduceOptions<T>): Promise<T>;
	async reduceScatter<T extends TypedArray>(values: T, options: ReduceOptions<T>): Promise<T>;
	async reduceScatter(
		values: unknown,
		options: CollectiveOptions & { readonly op: unknown },
	): Promise<unknown> {
		const { op } = options ?? {};
		return await this.call("reduceScatter", -1, options, async (channel) => {
			if (!isTypedArray(values)) checkPerRank("reduceScatter", values, this.size);
			return reduceScatter(channel, values, asOperator(op as Operator));
		});
	}

	/** Combines the values of ranks 0 to the own one. MPI_Scan, MPI 4.1 §6.11.1. */
	async scan<T>(value: T, options: ReduceOptions<T>): Promise<T> {
		const { op } = options ?? {};
		return await this.call(
			"scan",
			-1,
			options,
			async (channel) => (await scan(channel, value, asOperator(op as Operator))) as T,
		);
	}

	/** Combines the values of the ranks before the own one; undefined on rank 0. MPI_Exscan, MPI 4.1 §6.11.2. */
	async exscan<T>(value: T, options: ReduceOptions<T>): Promise<T | undefined> {
		const { op } = options ?? {};
		return await this.call(
			"exscan",
			-1,
			options,
			async (channel) => (await exscan(channel, value, asOperator(op as Operator))) as T | undefined,
		);
	}
}
