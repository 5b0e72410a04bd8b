import type { Operator, ReduceFunction } from "../../collectives/operators.ts";

/** Where a message goes. */
export interface SendOptions {
	/** Rank of the receiver in this communicator, or PROC_NULL. */
	readonly dest: number;
	/** 0 to TAG_UB. @default 0 */
	readonly tag?: number;
	/** Gives the send up; the message may still arrive, and the caller's memory is free. */
	readonly signal?: AbortSignal | undefined;
}

/** Which message to take. */
export interface RecvOptions {
	/** Rank of the sender in this communicator, ANY_SOURCE or PROC_NULL. @default ANY_SOURCE */
	readonly source?: number;
	/** A tag or ANY_TAG. @default ANY_TAG */
	readonly tag?: number;
	/** Gives the receive up; no message is lost by it. A deadline is `AbortSignal.timeout(ms)`. */
	readonly signal?: AbortSignal | undefined;
}

/** Both halves of a `sendrecv`. */
export interface SendrecvOptions {
	/** Rank of the receiver in this communicator, or PROC_NULL. */
	readonly dest: number;
	/** 0 to TAG_UB. @default 0 */
	readonly sendTag?: number;
	/** Rank of the sender in this communicator, ANY_SOURCE or PROC_NULL. @default ANY_SOURCE */
	readonly source?: number;
	/** A tag or ANY_TAG. @default ANY_TAG */
	readonly recvTag?: number;
	/** Gives both halves up. */
	readonly signal?: AbortSignal | undefined;
}

/** What every collective takes. */
export interface CollectiveOptions {
	/** Gives the call up: it then rejects on every rank where it has not resolved yet. */
	readonly signal?: AbortSignal | undefined;
}

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
	/** Rank in this communicator; the same on every rank. @default 0 */
	readonly root?: number;
}

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

/** How ranks group themselves. */
export interface SplitOptions extends CollectiveOptions {
	/** Ranks of equal colour share a communicator; undefined joins none (MPI_UNDEFINED). */
	readonly color: number | undefined;
	/** Ranks are ordered by key, equal keys by their old rank. @default 0 */
	readonly key?: number;
}

/** Shape of a grid. */
export interface CartOptions extends CollectiveOptions {
	/** Ranks along each dimension, each a whole number from 1 up. */
	readonly dims: readonly number[];
	/** Whether each dimension is closed to a ring. @default all open */
	readonly periods?: readonly boolean[];
}
