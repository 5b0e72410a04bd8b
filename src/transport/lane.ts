import { Push } from "./zeromq.ts";

/** How long a process that ends waits for its last messages to reach the kernel, in milliseconds. */
export const LINGER_MS = 2000;

/** The way to one peer, as the mesh uses it. */
export interface Lane {
	/** Hands a frame over; its memory must not change any more. Does nothing once the lane is closed. */
	send(parts: Uint8Array | Uint8Array[]): void;
	/** Looks whether the connection still stands. */
	check(): void;
	/** This process ends: what is still queued should arrive, if that is possible in a short time. */
	flush(): void;
	/** Whatever is still queued need not arrive. */
	abandon(): void;
	close(): void;
}

/**
 * A socket that sends to one peer. It queues without limit and never blocks: how much may be under way is decided above,
 * by the eager budget and by rendezvous, so that a high-water mark could only lose or reorder messages.
 */
export function sendingSocket(options: object = {}): InstanceType<typeof Push> {
	return new Push({ sendHighWaterMark: 0, sendTimeout: 0, linger: LINGER_MS, ...options });
}

/** The way to a peer of the same host, through a unix socket. */
export class LocalLane implements Lane {
	readonly #socket = sendingSocket();
	readonly #onError: (error: Error) => void;
	#closed = false;

	constructor(address: string, onError: (error: Error) => void) {
		this.#onError = onError;
		this.#socket.connect(address);
	}

	send(parts: Uint8Array | Uint8Array[]): void {
		if (this.#closed) return;
		this.#socket.send(parts).catch((error: Error) => {
			if (!this.#closed) this.#onError(error);
		});
	}

	/** Such a connection ends only with the peer, which its agent reports. */
	check(): void {}

	/** The socket does so by itself. */
	flush(): void {}

	abandon(): void {
		this.#socket.linger = 0;
	}

	close(): void {
		this.#closed = true;
		this.#socket.close();
	}
}
