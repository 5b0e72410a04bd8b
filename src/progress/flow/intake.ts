import { MpiError } from "../../base/errors.ts";
import { type Envelope, FrameType } from "../../wire/envelope.ts";
import type { Arrival } from "../matching/arrival.ts";
import { CREDIT_BATCH, MESSAGE_OVERHEAD } from "./limits.ts";
import type { Outbox } from "./outbox.ts";

/** Whoever a payload is for: gets its bytes, or the reason why they will not come. */
export interface Recipient {
	resolve(bytes: Uint8Array): void;
	reject(error: Error): void;
}

/** Nobody wants the payload, but its sender must be rid of it. */
const NOBODY: Recipient = { resolve: () => undefined, reject: () => undefined };

/** A payload that was asked for. */
interface Awaited {
	readonly recipient: Recipient;
	readonly context: number;
}

/** What comes from one peer: payloads that were asked for, and the eager budget that goes back to it. */
export class Intake {
	readonly #outbox: Outbox;
	/** By the id of the announcement. */
	readonly #awaited = new Map<number, Awaited>();
	/** Makes the error for an action that needs the peer, once it is gone. */
	#gone: ((action: string) => Error) | undefined;
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

	/** Gives the payload of a matched message to its recipient: at once, or when it has come over. */
	accept(arrival: Arrival, recipient: Recipient): void {
		if (arrival.body !== undefined) {
			this.#consumed(arrival.size);
			recipient.resolve(arrival.body);
		} else if (this.#gone !== undefined) {
			recipient.reject(this.#gone("receive the rest of its message"));
		} else {
			this.#awaited.set(arrival.id, { recipient, context: arrival.context });
			this.#outbox.signal(FrameType.CLEAR, arrival.id);
		}
	}

	/** Throws a message away that nobody will receive: its sender gets its budget and its memory back. */
	discard(arrival: Arrival): void {
		this.accept(arrival, NOBODY);
	}

	/** A payload that was asked for. */
	data(envelope: Envelope, body: Uint8Array): void {
		if (envelope.wantsDone) this.#outbox.signal(FrameType.DONE, envelope.id);
		const awaited = this.#awaited.get(envelope.id);
		this.#awaited.delete(envelope.id);
		awaited?.recipient.resolve(body);
	}

	/**
	 * The peer is gone: no payload will come any more.
	 *
	 * @param error Makes the error for an action that needs the peer.
	 * @param action What the payloads that were asked for belong to: "receive from rank 2".
	 */
	fail(error: (action: string) => Error, action: string): void {
		this.#gone = error;
		const awaited = [...this.#awaited.values()];
		this.#awaited.clear();
		for (const { recipient } of awaited) recipient.reject(error(action));
	}

	/** A communicator is revoked: payloads that were asked for on it are not waited for any more. */
	revoke(context: number, error: () => Error): void {
		for (const [id, awaited] of [...this.#awaited]) {
			if (awaited.context !== context) continue;
			this.#awaited.delete(id);
			awaited.recipient.reject(error());
		}
	}

	#consumed(size: number): void {
		this.#owed += size + MESSAGE_OVERHEAD;
		if (this.#owed < CREDIT_BATCH) return;
		this.#outbox.signal(FrameType.CREDIT, 0, this.#owed);
		this.#owed = 0;
	}
}
