import type { TypedArray } from "../../wire/payload.ts";
import type { Message, RecvStatus, Status } from "./message.ts";
import type {
	AllgathervOptions,
	AlltoallvOptions,
	CartOptions,
	CollectiveOptions,
	GathervOptions,
	RecvOptions,
	ReduceOptions,
	RootedReduceOptions,
	RootOptions,
	ScattervOptions,
	SendOptions,
	SendrecvOptions,
	SplitOptions,
} from "./options.ts";

/**
 * A group of ranks that exchange messages no other communicator sees. `mpi.world` is the first; `dup`, `split`, `create`,
 * `cart` and `shrink` make more. MPI 4.1 chapters 3, 6 and 7.
 *
 * **Promises are requests.** An operation begins when it is called, in the order of the calls; its promise is the request,
 * awaiting it is MPI_Wait and `Promise.all` is MPI_Waitall. Nothing throws synchronously, except where a method gives no
 * promise. Every operation rejects with {MpiError} ERR_ARG for options that it does not know or that are no object,
 * ERR_COMM after `free()`, ERR_REVOKED after `revoke()`, ERR_FINALIZED after `mpi.finalize()`, ERR_PROC_FAILED if it
 * needs a rank that is gone, and with its signal's reason once that is aborted.
 *
 * **Collectives** (`barrier` to `cart` below) are operations of all ranks. Every rank must call them in the same order
 * (MPI 4.1 §6.14), but need not await one before the next. A call that cannot go on at one rank rejects on every rank;
 * ranks whose calls differ get an error that names both.
 */
export interface Comm {
	/** Own rank in this communicator, 0 to size-1. MPI_Comm_rank. */
	readonly rank: number;
	/** Number of ranks. MPI_Comm_size. */
	readonly size: number;
	/** A name for people, such as "world" or "world.split(1)": it appears in reports. MPI_Comm_get_name. */
	readonly name: string;

	/**
	 * Sends a value. Resolves once the caller may reuse its memory: at once while the message is small and few of its
	 * like are unreceived, else when the receiver has matched it. Says nothing about the receiver's program. Messages to
	 * one rank keep the order of the calls (MPI 4.1 §3.5). MPI_Send, and not awaited MPI_Isend, MPI 4.1 §3.2.1.
	 *
	 * @param value A typed array, ArrayBuffer or Buffer (travels as raw bytes) or anything structured-clonable. Inside of
	 *   objects, as structuredClone has it, instances of classes arrive as plain objects and a Buffer as a Uint8Array; -0
	 *   arrives there as 0, and an Error with the stack of its arrival.
	 * @throws {MpiError} ERR_RANK, ERR_TAG, ERR_TYPE for a value that cannot be packed.
	 */
	send(value: unknown, options: SendOptions): Promise<void>;

	/** As `send`, but resolves only once the receiver has matched the message. MPI_Ssend, MPI 4.1 §3.4. */
	ssend(value: unknown, options: SendOptions): Promise<void>;

	/**
	 * Receives a value: of the first message that matches, in the order the sender sent them. Receives match in the order
	 * of the calls. MPI_Recv, and not awaited MPI_Irecv, MPI 4.1 §3.2.4.
	 *
	 * @returns The value, equal to what was sent; `T` is the caller's word for its type. From PROC_NULL: undefined.
	 * @throws {MpiError} ERR_RANK, ERR_TAG.
	 */
	recv<T = unknown>(options?: RecvOptions): Promise<T>;

	/**
	 * Receives a message of raw bytes into the caller's memory. MPI_Recv with a buffer, MPI 4.1 §3.2.4.
	 *
	 * @param target A typed array of the type that was sent, long enough.
	 * @throws {TruncateError} if the message is longer; it is received and lost, as in MPI.
	 * @throws {MpiError} ERR_TYPE if another type was sent, and as `recv`.
	 */
	recvInto(target: TypedArray, options?: RecvOptions): Promise<RecvStatus>;

	/**
	 * Waits for a message and takes it out of the queue without receiving it yet. MPI_Mprobe, MPI 4.1 §3.8.2.
	 *
	 * @throws {MpiError} as `recv`.
	 */
	mprobe(options?: RecvOptions): Promise<Message>;

	/**
	 * Tells at once whether a message is here that `recv` would get, and leaves it there. A message that arrived a moment
	 * ago may need one turn of the event loop to be seen. MPI_Iprobe, MPI 4.1 §3.8.1.
	 *
	 * @throws {MpiError} as `recv`, at once.
	 */
	iprobe(options?: RecvOptions): Status | undefined;

	/**
	 * Sends one value and receives another at the same time, which cannot deadlock. MPI_Sendrecv, MPI 4.1 §3.11.
	 *
	 * @returns The value received, as `recv`.
	 * @throws {MpiError} as `send` and `recv`.
	 */
	sendrecv<T = unknown>(value: unknown, options: SendrecvOptions): Promise<T>;

	/** Resolves once every rank has called it. MPI_Barrier, MPI 4.1 §6.3. */
	barrier(options?: CollectiveOptions): Promise<void>;

	/**
	 * Gives every rank the root's value. MPI_Bcast, MPI 4.1 §6.4.
	 *
	 * @param value What the root has; ignored elsewhere.
	 * @throws {MpiError} ERR_ROOT, ERR_TYPE.
	 */
	bcast<T>(value: T | undefined, options?: RootOptions): Promise<T>;

	/**
	 * Gives rank i the i-th value of the root. MPI_Scatter, MPI 4.1 §6.6.
	 *
	 * @param values At the root: one value per rank; ignored elsewhere.
	 * @throws {MpiError} ERR_ROOT, ERR_TYPE; ERR_COUNT on every rank if the root has more or fewer values than ranks.
	 */
	scatter<T>(values: readonly T[] | undefined, options?: RootOptions): Promise<T>;

	/**
	 * Gives the root every rank's value, in rank order; undefined elsewhere. MPI_Gather, MPI 4.1 §6.5.
	 *
	 * @throws {MpiError} ERR_ROOT, ERR_TYPE.
	 */
	gather<T>(value: T, options?: RootOptions): Promise<T[] | undefined>;

	/** Gives every rank every rank's value, in rank order. MPI_Allgather, MPI 4.1 §6.7. */
	allgather<T>(value: T, options?: CollectiveOptions): Promise<T[]>;

	/**
	 * Gives rank i the i-th value of every rank, in rank order. MPI_Alltoall, MPI 4.1 §6.8.
	 *
	 * @param values One value per rank, or a typed array that is cut in equal blocks, one per rank; it is of the same
	 *   length on every rank.
	 * @throws {MpiError} ERR_COUNT, ERR_TYPE.
	 */
	alltoall<T>(values: readonly T[], options?: CollectiveOptions): Promise<T[]>;
	alltoall<T extends TypedArray>(values: T, options?: CollectiveOptions): Promise<T>;

	/**
	 * Combines all ranks' values at the root; undefined elsewhere. Built-in operators take numbers, bigints and, element
	 * by element, typed arrays. MPI_Reduce, MPI 4.1 §6.9.1.
	 *
	 * @throws {MpiError} ERR_ROOT, ERR_OP, ERR_TYPE, ERR_COUNT for arrays of different lengths.
	 */
	reduce<T>(value: T, options: RootedReduceOptions<T>): Promise<T | undefined>;

	/** As `reduce`; the result is the same, bit by bit, on every rank. MPI_Allreduce, MPI 4.1 §6.9.6. */
	allreduce<T>(value: T, options: ReduceOptions<T>): Promise<T>;

	/**
	 * Combines the i-th values of all ranks at rank i. MPI_Reduce_scatter_block, MPI 4.1 §6.10.1.
	 *
	 * @param values One value per rank, or a typed array that is cut in equal blocks, one per rank.
	 * @throws {MpiError} as `reduce`.
	 */
	reduceScatter<T>(values: readonly T[], options: ReduceOptions<T>): Promise<T>;
	reduceScatter<T extends TypedArray>(values: T, options: ReduceOptions<T>): Promise<T>;

	/** Combines the values of ranks 0 to the own one. MPI_Scan, MPI 4.1 §6.11.1. */
	scan<T>(value: T, options: ReduceOptions<T>): Promise<T>;

	/** Combines the values of the ranks before the own one; undefined on rank 0. MPI_Exscan, MPI 4.1 §6.11.2. */
	exscan<T>(value: T, options: ReduceOptions<T>): Promise<T | undefined>;

	/**
	 * Gives rank i the i-th part of the root's array, in fresh memory. MPI_Scatterv, MPI 4.1 §6.6.
	 *
	 * @param array What the root has; ignored elsewhere.
	 * @throws {MpiError} ERR_ROOT; ERR_COUNT on every rank for counts and displacements that do not fit, ERR_TYPE for what
	 *   is no typed array or not of the same type everywhere. So do the three below.
	 */
	scatterv<T extends TypedArray>(array: T | undefined, options: ScattervOptions): Promise<T>;

	/**
	 * Gives the root the elements of all ranks as one array, gaps filled with 0; undefined elsewhere. The array may have
	 * any length, also none. MPI_Gatherv, MPI 4.1 §6.5.
	 */
	gatherv<T extends TypedArray>(array: T, options?: GathervOptions): Promise<T | undefined>;

	/**
	 * Gives every rank the elements of all ranks as one array, gaps filled with 0. Counts and displacements are the same
	 * on every rank. MPI_Allgatherv, MPI 4.1 §6.7.
	 */
	allgatherv<T extends TypedArray>(array: T, options?: AllgathervOptions): Promise<T>;

	/** Gives rank i the i-th part of every rank's array, as one array, gaps filled with 0. MPI_Alltoallv, MPI 4.1 §6.8. */
	alltoallv<T extends TypedArray>(array: T, options: AlltoallvOptions): Promise<T>;

	/** The same ranks in the same order, with messages of its own. MPI_Comm_dup, MPI 4.1 §7.4.2. */
	dup(options?: CollectiveOptions): Promise<Comm>;

	/**
	 * Ranks of equal colour form a communicator. MPI_Comm_split, MPI 4.1 §7.4.2.
	 *
	 * @returns The own one; undefined for colour undefined.
	 */
	split(options: SplitOptions): Promise<Comm | undefined>;

	/** The ranks of this host. MPI_Comm_split_type with MPI_COMM_TYPE_SHARED, MPI 4.1 §7.4.2. */
	splitShared(options?: CollectiveOptions): Promise<Comm>;

	/**
	 * The listed ranks, in the order of the list. Every rank of this communicator calls it with the same list.
	 * MPI_Comm_create, MPI 4.1 §7.4.2.
	 *
	 * @returns undefined for ranks that are not on the list.
	 * @throws {MpiError} ERR_RANK for a rank that does not exist or stands there twice.
	 */
	create(ranks: readonly number[], options?: CollectiveOptions): Promise<Comm | undefined>;

	/**
	 * A grid of the first ranks, row by row. MPI_Cart_create, MPI 4.1 §8.5.1.
	 *
	 * @returns undefined for ranks beyond the grid.
	 * @throws {MpiError} ERR_COUNT if the grid needs more ranks than there are.
	 */
	cart(options: CartOptions): Promise<CartComm | undefined>;

	/** Gives the communicator back: nothing more can be done with it. MPI_Comm_free, MPI 4.1 §7.4.3. */
	free(): void;

	/** Whether `revoke` has been called, here or (as far as this rank has heard) elsewhere. MPIX_Comm_is_revoked. */
	readonly revoked: boolean;

	/** Ranks of this communicator that this rank knows to have failed, in order. MPIX_Comm_get_failed (ULFM). */
	failed(): number[];

	/**
	 * Takes note of the failures that `failed` tells of: receives from ANY_SOURCE, which reject with ERR_PROC_FAILED while
	 * a rank has failed that is not acknowledged, work again as long as another rank lives. Says nothing to other ranks.
	 * MPIX_Comm_ack_failed (ULFM).
	 *
	 * @returns The ranks acknowledged so far.
	 */
	ackFailed(): number[];

	/**
	 * Ends the use of this communicator on all ranks: every operation on it, in progress or to come, rejects with
	 * ERR_REVOKED, except `shrink`, `agree`, `failed`, `ackFailed` and `free`. One rank calls it, to get the others out
	 * of operations whose peers do something else since a failure. It reaches the others even if this rank dies. A rank
	 * that is not waiting hears of it when it waits next. MPIX_Comm_revoke (ULFM).
	 *
	 * A large message whose payload is on its way when this rejects its sender must not be changed before its receiver
	 * has heard of it too.
	 *
	 * @throws {MpiError} ERR_COMM if it has been freed, ERR_FINALIZED; at once.
	 */
	revoke(): void;

	/**
	 * Gives every living rank the same result: the bitwise AND of the living ranks' integers, or whether all their
	 * booleans are true. All living ranks call it, also on a revoked communicator; ranks may die at any moment of it. One
	 * that dies meanwhile may or may not have been counted. MPIX_Comm_agree (ULFM), which besides tells of failures that
	 * are not acknowledged: here `failed` does.
	 *
	 * @param flag A boolean on every rank, or a whole number of 32 bits on every rank.
	 * @throws {MpiError} ERR_TYPE for another flag, or, on every rank, if some pass booleans and some numbers; ERR_OTHER
	 *   where other ranks call `shrink`.
	 */
	agree(flag: boolean): Promise<boolean>;
	agree(flag: number): Promise<number>;

	/**
	 * The living ranks, in the same order. All of them call it, also on a revoked communicator. All get the same members,
	 * whoever dies meanwhile. A rank that dies during the call may still be one of them: then operations of the new
	 * communicator reject with ERR_PROC_FAILED, and it can be shrunk in its turn. MPIX_Comm_shrink (ULFM).
	 *
	 * @throws {MpiError} ERR_OTHER where other ranks call `agree`.
	 */
	shrink(): Promise<Comm>;
}

/** A communicator whose ranks form a grid, made by `cart`. MPI 4.1 §8.5. */
export interface CartComm extends Comm {
	/** Ranks along each dimension. */
	readonly dims: readonly number[];
	/** Whether each dimension is closed to a ring. */
	readonly periods: readonly boolean[];
	/** Own place in the grid. */
	readonly coords: readonly number[];

	/**
	 * Ranks to receive from (`source`) and send to (`dest`) when everything moves by `displacement` along a dimension (from
	 * 0 up); PROC_NULL at an open edge. MPI_Cart_shift, MPI 4.1 §8.5.6.
	 *
	 * @throws {MpiError} ERR_ARG, at once.
	 */
	shift(dim: number, displacement: number): { source: number; dest: number };

	/** Rank at coordinates; PROC_NULL outside of an open dimension. MPI_Cart_rank. @throws {MpiError} ERR_ARG, at once. */
	rankAt(coords: readonly number[]): number;

	/** Coordinates of a rank. MPI_Cart_coords. @throws {MpiError} ERR_RANK, at once. */
	coordsOf(rank: number): number[];
}
