import type { HostToRank } from "../protocol.ts";

/**
 * Collects what happens in one turn of the event loop and sends it as one message: sequences that decode together
 * then cost one message per step, not one each.
 */
export class TurnBuffer {
	readonly #send: (events: readonly HostToRank[]) => void;
	#events: HostToRank[] = [];

	constructor(send: (events: readonly HostToRank[]) => void) {
		this.#send = send;
	}

	push(event: HostToRank): void {
		this.#events.push(event);
		if (this.#events.length === 1) setImmediate(() => this.#flush());
	}

	#flush(): void {
		const events = this.#events;
		this.#events = [];
		this.#send(events);
	}
}
