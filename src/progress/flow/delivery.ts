import type { Payload } from "../../wire/payload.ts";

/** A message that waits for its receiver. */
export class Delivery {
	/** Called once: without an error when the caller's memory is free again. */
	readonly settle: (error?: Error) => void;
	#payload: Payload;
	#leaving = false;

	constructor(payload: Payload, settle: (error?: Error) => void) {
		this.#payload = payload;
		this.settle = settle;
	}

	get payload(): Payload {
		return this.#payload;
	}

	/** From here on the transport reads the payload. */
	leave(): void {
		this.#leaving = true;
	}

	/**
	 * Copies the payload out, so that the caller's memory is free before the message has left. False when the transport
	 * reads that memory already.
	 */
	detach(): boolean {
		if (!this.#leaving) this.#payload = owned(this.#payload);
		return !this.#leaving;
	}
}

/** The same payload in memory that nobody else writes to. */
export function owned(payload: Payload): Payload {
	return payload.owned ? payload : { ...payload, bytes: new Uint8Array(payload.bytes), owned: true };
}
