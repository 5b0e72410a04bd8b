import { allgatherv } from "../collectives/allgatherv.ts";
import { alltoallv } from "../collectives/alltoallv.ts";
import { gatherv } from "../collectives/gatherv.ts";
import { scatterv } from "../collectives/scatterv.ts";
import type { TypedArray } from "../wire/payload.ts";
import { checkRoot } from "./arguments.ts";
import type { CollectiveOptions } from "./calling.ts";
import { Collective, type RootOptions } from "./collective.ts";

/** How the root's array is cut. Elements, not bytes. */
export interface ScattervOptions extends RootOptions {
	/** At the root: how many elements each rank gets; ignored elsewhere. */
	readonly counts?: ArrayLike<number> | undefined;
	/** At the root: where each rank's elements begin. @default one part after the other */
	readonly displs?: ArrayLike<number> | undefined;
}

/** Where each rank's elements go. Elements, not bytes. */
export interface AllgathervOptions extends CollectiveOptions {
	/** How many elements each rank passes; the arrays say it themselves, so this only checks. */
	readonly counts?: ArrayLike<number> | undefined;
	/** Where each rank's elements begin in the result; parts must not overlap. @default one part after the other */
	readonly displs?: ArrayLike<number> | undefined;
}

/** Where each rank's elements go at the root; counts and displacements are ignored elsewhere. */
export interface GathervOptions extends AllgathervOptions, RootOptions {}

/** How the own array is cut, and where what comes goes. Elements, not bytes. */
export interface AlltoallvOptions extends CollectiveOptions {
	/** How many elements go to each rank. */
	readonly sendCounts: ArrayLike<number>;
	/** Where the elements for each rank begin. @default one part after the other */
	readonly sendDispls?: ArrayLike<number> | undefined;
	/** How many elements come from each rank; the parts say it themselves, so this only checks. */
	readonly recvCounts?: ArrayLike<number> | undefined;
	/** Where the elements from each rank begin in the result; parts must not overlap. @default one after the other */
	readonly recvDispls?: ArrayLike<number> | undefined;
}

/**
 * Collectives on contiguous typed arrays of which each rank has another part. All of them give fresh memory, and throw
 * {MpiError} ERR_COUNT on every rank for counts and displacements that do not fit, ERR_TYPE for what is no typed array
 * or not of the same type everywhere.
 */
export class Vectors extends Collective {
	/**
	 * Gives rank i the i-th part of the root's array. MPI_Scatterv, MPI 4.1 §6.6.
	 *
	 * @param array What the root has; ignored elsewhere.
	 */
	async scatterv<T extends TypedArray>(array: T | undefined, options: ScattervOptions): Promise<T> {
		const { root = 0, counts, displs } = options ?? {};
		return await this.call("scatterv", root, options, async (channel) => {
			checkRoot("scatterv", root, this.size);
			return (await scatterv(channel, array, counts, displs, root)) as T;
		});
	}

	/**
	 * Gives the root the elements of all ranks as one array, gaps filled with 0; undefined elsewhere. MPI_Gatherv,
	 * MPI 4.1 §6.5.
	 *
	 * @param array Any length, also none.
	 */
	async gatherv<T extends TypedArray>(array: T, options: GathervOptions = {}): Promise<T | undefined> {
		const { root = 0, counts, displs } = options ?? {};
		return await this.call("gatherv", root, options, async (channel) => {
			checkRoot("gatherv", root, this.size);
			return (await gatherv(channel, array, root, { counts, displs })) as T | undefined;
		});
	}

	/**
	 * Gives every rank the elements of all ranks as one array, gaps filled with 0. MPI_Allgatherv, MPI 4.1 §6.7.
	 *
	 * @param array Any length, also none.
	 * @param options Counts and displacements are the same on every rank.
	 */
	async allgatherv<T extends TypedArray>(array: T, options: AllgathervOptions = {}): Promise<T> {
		const { counts, displs } = options ?? {};
		return await this.call(
			"allgatherv",
			-1,
			options,
			async (channel) => (await allgatherv(channel, array, { counts, displs })) as T,
		);
	}

	/**
	 * Gives rank i the i-th part of every rank's array, as one array, gaps filled with 0. MPI_Alltoallv, MPI 4.1 §6.8.
	 *
	 * @param array The parts for all ranks.
	 */
	async alltoallv<T extends TypedArray>(array: T, options: AlltoallvOptions): Promise<T> {
		const { sendCounts, sendDispls, recvCounts, recvDispls } = options ?? {};
		return await this.call("alltoallv", -1, options, async (channel) => {
			const layout = { counts: recvCounts, displs: recvDispls };
			return (await alltoallv(channel, array, sendCounts, sendDispls, layout)) as T;
		});
	}
}
