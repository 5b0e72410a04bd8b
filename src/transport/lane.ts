import { Push } from "./zeromq.ts";

/** How long a process that ends waits for its last messages to reach the kernel, in milliseconds. */
const LINGER_MS = 2000;

/**
 * The way to one peer. It queues without limit and never blocks: how much may be under way is decided above, by the
 * eager budget and by rendezvous, so that a high-water mark could only lose or reorder messages.
 */
export class Lane {
	readonly #socket = new Push({ sendHighWaterMark: 0, sendTimeout: 0, linger: LINGER_MS });
	readonly #onError: (error: unknown) => void;
	#closed = false;

	constructor(address: string, onError: (error: unknown) => void) {
		this.#onError = onError;
		this.#socket.connect(address);
	}

	/** Hands frames over; their memory must not change any more. */
	send(frames: Uint8Array | Uint8Array[]): void {
		this.#socket.send(frames).catch((error: unknown) => {
			if (!this.#closed) this.#onError(error);
		});
	}

	/** Whatever is still queued need not arrive. */
	abandon(): void {
		this.#socket.linger = 0;
	}

	close(): void {
		this.#closed = true;
		this.#socket.close();
	}
}
