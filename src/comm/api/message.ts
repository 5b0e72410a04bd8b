/** What is known of a message besides its value. MPI_Status, MPI 4.1 §3.2.5. */
export interface Status {
	/** Rank of the sender in this communicator. */
	readonly source: number;
	/** The tag that it was sent with. */
	readonly tag: number;
	/** Bytes of the payload as it travels: exact for typed arrays, the packed size for other values. */
	readonly byteLength: number;
}

/** The status of a message that was received into a typed array. */
export interface RecvStatus extends Status {
	/** Elements received. MPI_Get_count. */
	readonly count: number;
}

/**
 * A message that has been matched and belongs to who probed it: nobody else can receive it any more. MPI_Message,
 * MPI 4.1 §3.8.2.
 */
export interface Message extends Status {
	/**
	 * Receives the message. MPI_Mrecv.
	 *
	 * @returns The value that was sent; `T` is the caller's word for its type.
	 * @throws {MpiError} ERR_ARG if it has been received already; ERR_PROC_FAILED if its sender died before its payload
	 *   was here.
	 */
	readonly recv: <T = unknown>() => Promise<T>;
}
