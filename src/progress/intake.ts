import { MpiError } from "../base/errors.ts";
import { type Envelope, FrameType } from "../wire/envelope.ts";
import type { Arrival, Sink } from "./arrival.ts";
import { CREDIT_BATCH, MESSAGE_OVERHEAD } from "./limits.ts";
import type { Outbox } from "./outbox.ts";

/** What comes from one peer: payloads that were asked for, and the eager budget that goes back to it. */
export class Intake {
	readonly #outbox: Outbox;
	/** Payloads that were asked for, by the id of their announcement. */
	readonly #awaited = new Map<number, { readonly sink: Sink; readonly context: number }>();
	#received = 0;
	/** Consumed bytes not given back yet. */
	#owed = 0;

	/** @param outbox What goes back to the same peer. */
	constructor(outbox: Outbox) {
		this.#outbox = outbox;
	}

	/** Frames received so far. */
	get received(): number {
		return this.#received;
	}

	/** Counts a frame. Throws where one before it never arrived: nothing after a gap can be trusted. */
	count(envelope: Envelope): void {
		if (envelope.sequence !== this.#received >>> 0) {
			throw new MpiError(
				"ERR_OTHER",
				`Messages from rank ${envelope.source} were lost on the way: frame ${envelope.sequence} came where ${this.#received} was due`,
			);
		}
		this.#received++;
	}

	/** Gives the payload of a matched message to `sink`: at once, or when it has come over. */
	accept(arrival: Arrival, sink: Sink): void {
		if (arrival.body !== undefined) {
			this.#consumed(arrival.size);
			sink.resolve(arrival.body);
		} else {
			this.#awaited.set(arrival.id, { sink, context: arrival.context });
			this.#outbox.signal(FrameType.CLEAR, arrival.id);
		}
	}

	/** A payload that was asked for. */
	data(envelope: Envelope, body: Uint8Array): void {
		if (envelope.wantsDone) this.#outbox.signal(FrameType.DONE, envelope.id);
		const awaited = this.#awaited.get(envelope.id);
		this.#awaited.delete(envelope.id);
		awaited?.sink.resolve(body);
	}

	/** The peer is gone: no payload will come any more. */
	fail(error: () => Error): void {
		const awaited = [...this.#awaited.values()];
		this.#awaited.clear();
		for (const { sink } of awaited) sink.reject(error());
	}

	/** A communicator is revoked: payloads that were asked for on it are not waited for any more. */
	revoke(context: number, error: () => Error): void {
		for (const [id, awaited] of [...this.#awaited]) {
			if (awaited.context !== context) continue;
			this.#awaited.delete(id);
			awaited.sink.reject(error());
		}
	}

	#consumed(size: number): void {
		this.#owed += size + MESSAGE_OVERHEAD;
		if (this.#owed < CREDIT_BATCH) return;
		this.#outbox.signal(FrameType.CREDIT, 0, this.#owed);
		this.#owed = 0;
	}
}
