import type { Header } from "../../wire/envelope.ts";

/** A message that has come in: complete, or (rendezvous) only announced. */
export interface Arrival extends Header {
	/** World rank of the sender. */
	readonly source: number;
	/** How the payload is encoded. */
	readonly kind: number;
	/** Bytes of the payload. */
	readonly size: number;
	/** The payload, or undefined while it waits at the sender. */
	readonly body: Uint8Array | undefined;
	/** Names the announced payload to its sender. */
	readonly id: number;
}
