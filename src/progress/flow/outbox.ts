import {
	type Envelope,
	type FrameParts,
	FrameType,
	type Header,
	INLINE_LIMIT,
	pointToPoint,
	writeFrame,
} from "../../wire/envelope.ts";
import type { Payload } from "../../wire/payload.ts";
import { type Delivery, owned } from "./delivery.ts";
import { EAGER_BUDGET, EAGER_LIMIT, MESSAGE_OVERHEAD, ZERO_COPY_LIMIT } from "./limits.ts";

/** The way to one peer, as the transport offers it. */
export interface FrameLane {
	/** Hands a frame on; its memory must not change any more. */
	send(parts: FrameParts): void;
}

/** Between whom an outbox stands. */
export interface OutboxOptions {
	/** World rank of the sender. */
	readonly self: number;
	/** The peer is the sender itself: standard sends are always buffered, or it could never receive them. */
	readonly local: boolean;
	/** Opens the way to the peer: called with the first frame, so that ranks that do not talk need no connection. */
	readonly openLane: () => FrameLane;
}

/** A delivery and its communicator. */
interface Waiting {
	readonly delivery: Delivery;
	readonly context: number;
}

/** Of frames that belong to no communicator. */
const NO_HEADER = pointToPoint(0, 0);

/**
 * What goes to one peer. A message goes out at once (eager) while it is small and the peer's budget for unmatched
 * messages lasts; else only its announcement does (READY), which takes its place in the order of messages, and the
 * payload follows when the peer has matched it (rendezvous). So a peer that does not receive costs it no memory, and
 * matching order never depends on sizes.
 */
export class Outbox {
	readonly #self: number;
	readonly #local: boolean;
	readonly #openLane: () => FrameLane;
	/** Announced, not asked for yet. */
	readonly #announced = new Map<number, Waiting>();
	/** On the way without a copy, not confirmed yet. */
	readonly #unconfirmed = new Map<number, Waiting>();
	#lane: FrameLane | undefined;
	#credit = EAGER_BUDGET;
	#lastId = 0;
	#sent = 0;

	constructor({ self, local, openLane }: OutboxOptions) {
		this.#self = self;
		this.#local = local;
		this.#openLane = openLane;
	}

	/** Frames sent so far. */
	get sent(): number {
		return this.#sent;
	}

	/** Whether messages still wait here for the peer. */
	get busy(): boolean {
		return this.#announced.size > 0 || this.#unconfirmed.size > 0;
	}

	/**
	 * Sends eagerly where that is allowed. False: the caller must `announce`.
	 */
	sendEager(payload: Payload, header: Header): boolean {
		const size = payload.bytes.byteLength;
		if (!this.#local) {
			const cost = size + MESSAGE_OVERHEAD;
			if (size > EAGER_LIMIT || cost > this.#credit) return false;
			this.#credit -= cost;
		}
		// A copy, because the transport reads the memory after the caller's promise has resolved. A short body is copied
		// into its frame anyway.
		const { bytes } = size <= INLINE_LIMIT ? payload : owned(payload);
		this.#write(this.#envelope(FrameType.EAGER, payload, header, 0), bytes);
		return true;
	}

	/** Announces a message; its payload leaves when the peer asks for it. */
	announce(delivery: Delivery, header: Header): void {
		const id = this.#nextId();
		this.#announced.set(id, { delivery, context: header.context });
		this.#write(this.#envelope(FrameType.READY, delivery.payload, header, id), undefined);
	}

	/** The peer has matched the announcement. */
	clear(id: number): void {
		const waiting = this.#announced.get(id);
		if (waiting === undefined) return;
		const { delivery } = waiting;
		this.#announced.delete(id);
		delivery.leave();
		const { payload } = delivery;
		const envelope = this.#envelope(FrameType.DATA, payload, NO_HEADER, id);
		// Confirming costs a round trip, copying costs time per byte.
		if (payload.owned || payload.bytes.byteLength < ZERO_COPY_LIMIT || this.#local) {
			this.#write(envelope, owned(payload).bytes);
			delivery.settle();
		} else {
			this.#unconfirmed.set(id, waiting);
			this.#write({ ...envelope, wantsDone: true }, payload.bytes);
		}
	}

	/** The peer has the payload that was sent without a copy. */
	confirm(id: number): void {
		const waiting = this.#unconfirmed.get(id);
		this.#unconfirmed.delete(id);
		waiting?.delivery.settle();
	}

	/** The peer has consumed eager messages. */
	credit(bytes: number): void {
		this.#credit += bytes;
	}

	/** A frame of the protocol itself. */
	signal(type: number, id: number, size = 0): void {
		this.#write({ ...this.#envelope(type, undefined, NO_HEADER, id), size }, undefined);
	}

	/** A frame that belongs to a communicator: FAIL, REVOKE, AGREE. */
	notify(type: number, header: Header, body: Uint8Array | undefined): void {
		const size = body?.byteLength ?? 0;
		this.#write({ ...this.#envelope(type, undefined, header, 0), size }, body);
	}

	/** The peer is gone: nothing that waits for it will be delivered. */
	fail(error: () => Error): void {
		const waiting = [...this.#announced.values(), ...this.#unconfirmed.values()];
		this.#announced.clear();
		this.#unconfirmed.clear();
		for (const { delivery } of waiting) delivery.settle(error());
	}

	/** A communicator is revoked: what waits on it will not be delivered. */
	revoke(context: number, error: () => Error): void {
		for (const queue of [this.#announced, this.#unconfirmed]) {
			for (const [id, waiting] of [...queue]) {
				if (waiting.context !== context) continue;
				queue.delete(id);
				waiting.delivery.settle(error());
			}
		}
	}

	#nextId(): number {
		this.#lastId = (this.#lastId + 1) >>> 0 || 1;
		return this.#lastId;
	}

	/** The envelope of the next frame, which has to be written at once: frames are numbered. */
	#envelope(type: number, payload: Payload | undefined, header: Header, id: number): Envelope {
		return {
			type,
			kind: payload === undefined ? 0 : payload.kind,
			opcode: header.opcode,
			source: this.#self,
			tag: header.tag,
			context: header.context,
			sequence: this.#sent++ >>> 0,
			id,
			size: payload === undefined ? 0 : payload.bytes.byteLength,
			root: header.root,
			wantsDone: false,
		};
	}

	#write(envelope: Envelope, body: Uint8Array | undefined): void {
		this.#lane ??= this.#openLane();
		this.#lane.send(writeFrame(envelope, body));
	}
}
