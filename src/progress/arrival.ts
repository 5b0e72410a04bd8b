/** A message that has come in: complete, or (rendezvous) only announced. */
export interface Arrival {
	/** World rank of the sender. */
	readonly source: number;
	readonly tag: number;
	readonly context: number;
	/** How the payload is encoded. */
	readonly kind: number;
	/** Bytes of the payload. */
	readonly size: number;
	/** The payload, or undefined while it waits at the sender. */
	readonly body: Uint8Array | undefined;
	/** Names the announced payload to its sender. */
	readonly id: number;
	/** Code of the collective, 0 for point-to-point. */
	readonly operation: number;
	/** Root of the collective, -1 without one. */
	readonly root: number;
}

/** Takes bytes, or the reason why they will not come. */
export interface Sink {
	readonly resolve: (bytes: Uint8Array) => void;
	readonly reject: (error: Error) => void;
}
