import { type Envelope, FrameType } from "../wire/envelope.ts";
import type { Payload } from "../wire/payload.ts";
import { EAGER_BUDGET, EAGER_LIMIT, MESSAGE_OVERHEAD, ZERO_COPY_LIMIT } from "./limits.ts";

/** Where a message belongs at the receiver. */
export interface Header {
	readonly context: number;
	/** Code of the collective, 0 for point-to-point. */
	readonly operation: number;
	readonly tag: number;
	/** Root of the collective, -1 without one. */
	readonly root: number;
}

/** Hands one frame on; the memory of `body` must not change any more. */
export type Transmit = (envelope: Envelope, body: Uint8Array | undefined) => void;

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

/** A delivery and its communicator. */
interface Waiting {
	readonly delivery: Delivery;
	readonly context: number;
}

/** The same payload in memory that nobody else writes to. */
export function owned(payload: Payload): Payload {
	return payload.owned ? payload : { ...payload, bytes: new Uint8Array(payload.bytes), owned: true };
}

/**
 * What goes to one peer. A message goes out at once (eager) while it is small and the peer's budget for unmatched
 * messages lasts; else only its announcement does (READY), which takes its place in the order of messages, and the
 * payload follows when the peer has matched it (rendezvous). So a peer that does not receive costs it no memory, and
 * matching order never depends on sizes.
 */
export class Outbox {
	readonly #self: number;
	readonly #local: boolean;
	readonly #transmit: Transmit;
	/** Announced, not asked for yet. */
	readonly #announced = new Map<number, Waiting>();
	/** On the way without a copy, not confirmed yet. */
	readonly #unconfirmed = new Map<number, Waiting>();
	#credit = EAGER_BUDGET;
	#lastId = 0;
	#sent = 0;

	/**
	 * @param self World rank of the sender.
	 * @param local The peer is the sender itself: standard sends are always buffered, or it could never receive them.
	 */
	constructor(self: number, local: boolean, transmit: Transmit) {
		this.#self = self;
		this.#local = local;
		this.#transmit = transmit;
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
		// A copy, because the transport reads the memory after the caller's promise has resolved.
		this.#frame(FrameType.EAGER, payload, header, 0, owned(payload).bytes);
		return true;
	}

	/** Announces a message; its payload leaves when the peer asks for it. */
	announce(delivery: Delivery, header: Header): void {
		const id = this.#nextId();
		this.#announced.set(id, { delivery, context: header.context });
		this.#frame(FrameType.READY, delivery.payload, header, id, undefined);
	}

	/** The peer has matched the announcement. */
	clear(id: number): void {
		const waiting = this.#announced.get(id);
		if (waiting === undefined) return;
		const { delivery } = waiting;
		this.#announced.delete(id);
		delivery.leave();
		const { payload } = delivery;
		const header = { context: 0, operation: 0, tag: 0, root: -1 };
		// Confirming costs a round trip, copying costs time per byte.
		if (payload.owned || payload.bytes.byteLength < ZERO_COPY_LIMIT || this.#local) {
			this.#frame(FrameType.DATA, payload, header, id, owned(payload).bytes);
			delivery.settle();
		} else {
			this.#unconfirmed.set(id, waiting);
			this.#frame(FrameType.DATA, payload, header, id, payload.bytes, true);
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
		this.#transmit({ ...this.#blank(), type, id, size }, undefined);
	}

	/** A frame that belongs to a communicator: FAIL, REVOKE, AGREE. */
	notify(type: number, header: Header, body: Uint8Array | undefined): void {
		const { context, operation, tag, root } = header;
		const size = body?.byteLength ?? 0;
		this.#transmit({ ...this.#blank(), context, operation, tag, root, type, size }, body);
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

	#blank(): Envelope {
		return {
			type: 0,
			kind: 0,
			operation: 0,
			source: this.#self,
			tag: 0,
			context: 0,
			sequence: this.#sent++ >>> 0,
			id: 0,
			size: 0,
			root: -1,
			wantsDone: false,
		};
	}

	#frame(
		type: number,
		payload: Payload,
		header: Header,
		id: number,
		body: Uint8Array | undefined,
		wantsDone = false,
	): void {
		this.#transmit(
			{
				type,
				kind: payload.kind,
				operation: header.operation,
				source: this.#self,
				tag: header.tag,
				context: header.context,
				sequence: this.#sent++ >>> 0,
				id,
				size: payload.bytes.byteLength,
				root: header.root,
				wantsDone,
			},
			body,
		);
	}
}
