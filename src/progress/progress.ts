/**
 * The way of one message. `world.send(value, { dest })`, down:
 *
 * | stop | file: function                          | passes on                                                    |
 * | ---- | --------------------------------------- | ------------------------------------------------------------ |
 * | 1    | comm/communicator.ts: send              | value, options                                               |
 * | 2    | comm/point-to-point/send.ts: send       | checked value; world rank, Header                            |
 * | 3    | wire/payload.ts: encode                 | Payload: kind and bytes                                      |
 * | 4    | progress/flow/outbox.ts: sendEager      | Envelope; the bytes copied and taken from the peer's credit  |
 * | 5    | wire/envelope.ts: writeFrame            | frame: 40 bytes, a short body behind them                    |
 * | 6    | transport/lane.ts (tcp-lane.ts): send   | the frame, to ZeroMQ                                         |
 *
 * And up, to `world.recv({ source })`:
 *
 * | stop | file: function                          | passes on                                                    |
 * | ---- | --------------------------------------- | ------------------------------------------------------------ |
 * | 1    | transport/inbox.ts: #listen             | parts of a frame                                             |
 * | 2    | progress/progress.ts: receive           | Arrival, to the matching of its communicator                 |
 * | 3    | progress/matching/matching.ts: deliver  | the Arrival, to the first receive posted for it              |
 * | 4    | comm/point-to-point/receive.ts: take    | the Arrival, to the intake of its peer; wakes the caller     |
 * | 5    | progress/flow/intake.ts: accept         | bytes; credit goes back to the sender                        |
 * | 6    | wire/payload.ts: decode                 | value                                                        |
 *
 * A large message, or one without credit, goes by rendezvous: at stop 4 down, `announce` sends READY in its place. Stop
 * 5 up answers CLEAR, `Outbox.clear` sends the payload as DATA, `Intake.data` passes it on as stop 5 would have, and
 * answers DONE where the payload was not copied. A rank's messages to itself go the same way, with this file as lane.
 */
import { MpiError, ProcessFailedError } from "../base/errors.ts";
import {
	bodyOf,
	type Envelope,
	FrameType,
	type Header,
	pointToPoint,
	readEnvelope,
} from "../wire/envelope.ts";
import { POINT_TO_POINT, signatureText } from "../wire/operations.ts";
import type { AgreementMessage } from "./agreement/agreement.ts";
import { AgreementSequence } from "./agreement/agreement-sequence.ts";
import { Context } from "./context/context.ts";
import { Contexts } from "./context/contexts.ts";
import { type Departure, Departures } from "./faults/departures.ts";
import { endWaitsFor } from "./faults/end-waits.ts";
import { decodeError, encodeError } from "./faults/remote-error.ts";
import { revoke } from "./faults/revocation.ts";
import type { FrameLane } from "./flow/outbox.ts";
import { Peers } from "./flow/peers.ts";
import type { Arrival } from "./matching/arrival.ts";
import { WaitingOperations } from "./waiting/waiting-operations.ts";

/** The sockets as the progress engine sees them; a world of one has none. */
export interface Sockets {
	/** Whether somebody waits for a message. */
	wanted: boolean;
	/** The way to another rank, opened for the first frame that goes there. */
	lane(rank: number): FrameLane;
	/** Nothing goes to this rank any more. */
	forget(rank: number): void;
}

/** What makes it impossible for the job to go on. */
export interface ProgressEvents {
	/** Messages were lost or cannot be read. */
	readonly onLost: (error: Error) => void;
	/** Ranks have called different collectives at one step, and this rank's call has resolved already. */
	readonly onMismatch: (error: Error) => void;
}

/**
 * The engine of messages: brings frames from the sockets to the communicator, call or delivery they belong to, and tells
 * all that waits when a rank is gone. It knows world ranks and contexts only.
 */
export class Progress {
	readonly rank: number;
	readonly size: number;
	/** Index of the own host. */
	readonly node: number;
	readonly waiting: WaitingOperations;
	readonly departures: Departures;
	readonly contexts: Contexts;
	readonly peers: Peers;
	readonly #events: ProgressEvents;
	#sockets: Sockets | undefined;

	constructor(place: { rank: number; size: number; nodeRank: number }, events: ProgressEvents) {
		const { rank, size, nodeRank } = place;
		this.rank = rank;
		this.size = size;
		this.node = nodeRank;
		this.#events = events;
		this.waiting = new WaitingOperations(() => this.#listen());
		this.departures = new Departures(
			(gone) => this.#depart(gone),
			() => this.#listen(),
		);
		this.contexts = new Contexts(rank);
		this.peers = new Peers(rank, size, (peer) => this.#openLane(peer));
	}

	set sockets(sockets: Sockets) {
		this.#sockets = sockets;
	}

	/** Looks at the sockets once, although nothing waits. */
	poke(): void {
		if (this.#sockets !== undefined) this.#sockets.wanted = true;
		this.#listen();
	}

	/** Makes a communicator's context; members make it with the same id. World's is 0. */
	openContext(id: number, name: string, members: readonly number[]): Context {
		const agreements = new AgreementSequence(
			{ self: this.rank, members, isGone: (rank) => this.departures.get(rank) !== undefined },
			(rank, step, message) => {
				const body = Buffer.from(JSON.stringify(message));
				this.peers.outbox(rank).notify(FrameType.AGREE, pointToPoint(id, step), body);
			},
		);
		const context = new Context({ id, name, members, self: this.rank, agreements, signatureText });
		this.contexts.add(context);
		return context;
	}

	/** Forgets a communicator; what comes for it is thrown away. */
	free(context: Context): void {
		context.close("freed");
		this.contexts.free(context);
		this.peers.discard(context.drain());
	}

	/** Ends all that waits on a communicator, on every member. */
	revoke(context: Context): void {
		revoke(context, this.peers, this.#present(context.members));
	}

	/** Tells other members that the collective call with this header cannot go on here. */
	failCall(header: Header, error: unknown, members: readonly number[]): void {
		const body = encodeError(error, this.rank);
		for (const rank of this.#present(members)) this.peers.outbox(rank).notify(FrameType.FAIL, header, body);
	}

	/** A frame has come in. */
	receive(parts: readonly Uint8Array[]): void {
		const head = parts[0] as Buffer;
		try {
			const envelope = readEnvelope(head);
			if (envelope === undefined || !(envelope.source >= 0 && envelope.source < this.size)) {
				throw unreadable(head);
			}
			const { source } = envelope;
			// All that waited for it has been rejected, and others may have acted on its end: it can say nothing more.
			if (this.departures.get(source) !== undefined) return;
			this.peers.intake(source).count(envelope);
			this.#handle(envelope, bodyOf(head, parts));
			this.departures.check(source, this.peers.received(source));
		} catch (error) {
			this.#events.onLost(error instanceof MpiError ? error : unreadable(head, error));
		}
	}

	#openLane(rank: number): FrameLane {
		if (rank === this.rank) {
			return { send: (parts) => this.receive(Array.isArray(parts) ? parts : [parts]) };
		}
		if (this.#sockets === undefined) throw new Error(`Cannot reach rank ${rank}: this rank has no sockets`);
		return this.#sockets.lane(rank);
	}

	#handle(envelope: Envelope, body: Uint8Array): void {
		const { source, id } = envelope;
		switch (envelope.type) {
			case FrameType.EAGER:
				this.#deliver(arrivalOf(envelope, body));
				break;
			case FrameType.READY:
				this.#deliver(arrivalOf(envelope, undefined));
				break;
			case FrameType.CLEAR:
				this.peers.outbox(source).clear(id);
				break;
			case FrameType.DATA:
				this.peers.intake(source).data(envelope, body);
				break;
			case FrameType.DONE:
				this.peers.outbox(source).confirm(id);
				break;
			case FrameType.CREDIT:
				this.peers.outbox(source).credit(envelope.size);
				break;
			case FrameType.FAIL:
				this.#fail(envelope, decodeError(body));
				break;
			case FrameType.REVOKE:
				this.contexts.use(envelope.context, (context) => this.revoke(context));
				break;
			case FrameType.AGREE: {
				const message = JSON.parse(Buffer.from(body).toString()) as AgreementMessage;
				const { context, tag: step } = envelope;
				this.contexts.use(context, ({ agreements }) => agreements.receive(source, step, message));
				break;
			}
			default:
				throw new MpiError("ERR_OTHER", `Cannot handle a frame of type ${envelope.type} from rank ${source}`);
		}
	}

	#deliver(arrival: Arrival): void {
		const context = this.contexts.get(arrival.context);
		if (context !== undefined) this.#deliverTo(context, arrival);
		else {
			this.contexts.use(
				arrival.context,
				(made) => this.#deliverTo(made, arrival),
				() => this.peers.discard([arrival]),
			);
		}
	}

	#deliverTo(context: Context, arrival: Arrival): void {
		if (context.revoked) this.peers.discard([arrival]);
		else if (arrival.opcode === POINT_TO_POINT) context.matching.deliver(arrival);
		else this.#deliverToCall(context, arrival);
	}

	#deliverToCall(context: Context, arrival: Arrival): void {
		const verdict = context.calls.deliver(arrival);
		if (verdict === "kept") return;
		this.peers.discard([arrival]);
		// Once a member has failed, ranks may try again in different ways.
		if (verdict === "stale" || context.members.some((rank) => this.departures.failure(rank))) return;
		// Its call is over here, as a root's may be that only sends. It cannot reject any more, so the job must end; the
		// sender hears of it, for it may still wait.
		this.#events.onMismatch(verdict);
		this.failCall(arrival, verdict, [arrival.source]);
	}

	/** A collective cannot go on at another rank. */
	#fail({ context: id, tag: step }: Envelope, error: MpiError): void {
		if (error instanceof ProcessFailedError) {
			// Known from here on, so that this rank does not begin what the other one has given up.
			const { rank, failure: cause } = error;
			this.departures.announce({ rank, cause, failed: true }, undefined, this.peers.received(rank));
		}
		this.contexts.use(id, ({ calls }) => calls.fail(step, error));
	}

	/** A rank is gone and everything it sent is here: what needs it rejects. */
	#depart(gone: Departure): void {
		this.#sockets?.forget(gone.rank);
		endWaitsFor(gone, {
			self: this.rank,
			peers: this.peers,
			contexts: this.contexts,
			isGone: (rank) => this.departures.get(rank) !== undefined,
		});
	}

	/** Those of `members` to whom something can still be sent, this rank apart. */
	#present(members: readonly number[]): number[] {
		return members.filter((rank) => rank !== this.rank && this.departures.known(rank) === undefined);
	}

	/** Listens while somebody waits, or last messages must be fetched. */
	#listen(): void {
		if (this.#sockets !== undefined) this.#sockets.wanted = this.waiting.size > 0 || this.departures.draining;
	}
}

/** The error for frames that no rank of this job has sent. */
function unreadable(head: Buffer | undefined, cause?: unknown): MpiError {
	const text = `Cannot read a message of ${head?.length ?? 0} bytes: it is not from this job`;
	return new MpiError("ERR_OTHER", text, { cause });
}

/** Field by field: a spread of this many costs a microsecond. */
function arrivalOf(envelope: Envelope, body: Uint8Array | undefined): Arrival {
	const { source, tag, context, kind, size, id, opcode, root } = envelope;
	return { source, tag, context, kind, size, body, id, opcode, root };
}
