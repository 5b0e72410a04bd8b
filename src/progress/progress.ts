import { MpiError, ProcessFailedError } from "../base/errors.ts";
import { ENVELOPE_BYTES, type Envelope, FrameType, readEnvelope, writeEnvelope } from "../wire/envelope.ts";
import type { AgreementMessage } from "./agreement.ts";
import { Agreements } from "./agreements.ts";
import type { Arrival, Sink } from "./arrival.ts";
import type { Context } from "./context.ts";
import { depart } from "./depart.ts";
import { type Departure, Departures } from "./departures.ts";
import { decodeFailure, encodeFailure } from "./failure.ts";
import { Intake } from "./intake.ts";
import { INLINE_LIMIT } from "./limits.ts";
import { type Header, Outbox } from "./outbox.ts";
import { PendingOperations } from "./pending.ts";
import { revoke } from "./revocation.ts";

/** The sockets as the progress engine sees them; a world of one has none. */
export interface Sockets {
	wanted: boolean;
	send(rank: number, frames: Uint8Array | Uint8Array[]): void;
	forget(rank: number): void;
}

/** What makes it impossible for the job to go on. */
export interface ProgressEvents {
	/** Messages were lost or cannot be read. */
	readonly onLost: (error: Error) => void;
	/** Ranks have called different collectives at one step, and this rank's call has resolved already. */
	readonly onMismatch: (error: Error) => void;
}

const DISCARD: Sink = { resolve: () => undefined, reject: () => undefined };

/**
 * Moves messages: frames from the sockets to the communicator, call or delivery they belong to, and back. It knows
 * world ranks and contexts only.
 */
export class Progress {
	readonly rank: number;
	readonly size: number;
	/** Index of the own host. */
	readonly node: number;
	readonly pending: PendingOperations;
	readonly departures: Departures;
	readonly #events: ProgressEvents;
	readonly #outboxes: (Outbox | undefined)[];
	readonly #intakes: (Intake | undefined)[];
	readonly #contexts = new Map<number, Context>();
	/** Frames for communicators that this rank has not made yet. */
	readonly #early = new Map<number, (() => void)[]>();
	/** Communicators that this rank has freed. */
	readonly #freed = new Set<number>();
	#sockets: Sockets | undefined;
	#nextContext = 1;

	constructor(place: { rank: number; size: number; nodeRank: number }, events: ProgressEvents) {
		const { rank, size, nodeRank } = place;
		this.rank = rank;
		this.size = size;
		this.node = nodeRank;
		this.#events = events;
		this.#outboxes = new Array(size).fill(undefined);
		this.#intakes = new Array(size).fill(undefined);
		this.pending = new PendingOperations(() => this.#listen());
		this.departures = new Departures(
			(gone) => this.#depart(gone),
			() => this.#listen(),
		);
	}

	set sockets(sockets: Sockets | undefined) {
		this.#sockets = sockets;
	}

	/** Looks at the sockets once, although nothing waits. */
	poke(): void {
		if (this.#sockets !== undefined) this.#sockets.wanted = true;
		this.#listen();
	}

	/** A number that no other call of this process returns. */
	reserveContext(): number {
		return this.#nextContext++;
	}

	register(context: Context): void {
		const { id, members } = context;
		context.agreements = new Agreements(
			{ self: this.rank, members, isGone: (rank) => this.departures.get(rank) !== undefined },
			(rank, step, message) => {
				const header = { context: id, operation: 0, tag: step, root: -1 };
				this.outbox(rank).notify(FrameType.AGREE, header, Buffer.from(JSON.stringify(message)));
			},
		);
		this.#contexts.set(context.id, context);
		const early = this.#early.get(context.id);
		this.#early.delete(context.id);
		for (const handle of early ?? []) handle();
	}

	/** Forgets a communicator; what comes for it is thrown away. */
	free(context: Context): void {
		this.#contexts.delete(context.id);
		this.#freed.add(context.id);
		for (const arrival of context.drain()) this.accept(arrival, DISCARD);
	}

	/** What goes to a world rank. */
	outbox(rank: number): Outbox {
		let outbox = this.#outboxes[rank];
		if (outbox === undefined) {
			outbox = new Outbox(this.rank, rank === this.rank, (envelope, body) =>
				this.#transmit(rank, envelope, body),
			);
			this.#outboxes[rank] = outbox;
		}
		return outbox;
	}

	/** Gives the payload of a matched message to `sink`. */
	accept(arrival: Arrival, sink: Sink): void {
		const gone = this.departures.get(arrival.source);
		if (gone !== undefined && arrival.body === undefined) {
			sink.reject(new ProcessFailedError("receive the rest of its message", gone.rank, gone.cause));
		} else this.#intake(arrival.source).accept(arrival, sink);
	}

	/** Throws a message away that nobody will receive. */
	discard(arrivals: readonly Arrival[]): void {
		for (const arrival of arrivals) this.accept(arrival, DISCARD);
	}

	/** Tells other members that the collective call with this header cannot go on here. */
	failCall(context: Context, header: Header, error: Error, ranks: readonly number[] = context.members): void {
		const body = encodeFailure(error, this.rank);
		for (const rank of ranks) {
			if (rank !== this.rank && this.departures.known(rank) === undefined) {
				this.outbox(rank).notify(FrameType.FAIL, header, body);
			}
		}
	}

	/** Ends all that waits on a communicator, on every member. */
	revoke(context: Context): void {
		if (context.revoked) return;
		const others = context.members
			.filter((rank) => rank !== this.rank && this.departures.known(rank) === undefined)
			.map((rank) => this.outbox(rank));
		revoke(context, { others, outboxes: this.#outboxes, intakes: this.#intakes });
		this.discard(context.drain());
	}

	/** The frames of one message from the sockets. */
	receive(frames: Buffer[]): void {
		try {
			const head = frames[0] as Buffer;
			const envelope = readEnvelope(head);
			if (envelope === undefined || !(envelope.source >= 0 && envelope.source < this.size)) {
				throw unreadable(head);
			}
			// Everybody has settled with its end; what comes now would only contradict that.
			if (this.departures.get(envelope.source) !== undefined) return;
			this.#intake(envelope.source).count(envelope);
			this.#handle(envelope, frames.length > 1 ? (frames[1] as Buffer) : head.subarray(ENVELOPE_BYTES));
			this.departures.check(envelope.source, this.received(envelope.source));
		} catch (error) {
			this.#events.onLost(error instanceof MpiError ? error : unreadable(frames[0], error));
		}
	}

	/** Frames sent to, and received from, each rank: [rank, count]. */
	get sentCounts(): [number, number][] {
		return counts(this.#outboxes, (outbox) => outbox.sent);
	}

	get receivedCounts(): [number, number][] {
		return counts(this.#intakes, (intake) => intake.received);
	}

	received(rank: number): number {
		return this.#intakes[rank]?.received ?? 0;
	}

	/** All communicators of this rank. */
	get contexts(): Iterable<Context> {
		return this.#contexts.values();
	}

	#intake(rank: number): Intake {
		let intake = this.#intakes[rank];
		if (intake === undefined) {
			intake = new Intake(this.outbox(rank));
			this.#intakes[rank] = intake;
		}
		return intake;
	}

	#transmit(rank: number, envelope: Envelope, body: Uint8Array | undefined): void {
		if (rank === this.rank) {
			this.#intake(rank).count(envelope);
			this.#handle(envelope, body ?? new Uint8Array(0));
			return;
		}
		const size = body?.byteLength ?? 0;
		const inline = size > 0 && size <= INLINE_LIMIT;
		const head = Buffer.allocUnsafe(inline ? ENVELOPE_BYTES + size : ENVELOPE_BYTES);
		writeEnvelope(head, envelope);
		if (inline) head.set(body as Uint8Array, ENVELOPE_BYTES);
		this.#sockets?.send(rank, inline || size === 0 ? head : [head, body as Uint8Array]);
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
				this.outbox(source).clear(id);
				break;
			case FrameType.DATA:
				this.#intake(source).data(envelope, body);
				break;
			case FrameType.DONE:
				this.outbox(source).confirm(id);
				break;
			case FrameType.CREDIT:
				this.outbox(source).credit(envelope.size);
				break;
			case FrameType.FAIL:
				this.#fail(envelope, decodeFailure(body));
				break;
			case FrameType.REVOKE:
				this.#withContext(envelope.context, (context) => this.revoke(context));
				break;
			case FrameType.AGREE: {
				const message = JSON.parse(Buffer.from(body).toString()) as AgreementMessage;
				this.#withContext(envelope.context, ({ agreements }) =>
					agreements?.receive(source, envelope.tag, message),
				);
				break;
			}
			default:
				throw new MpiError("ERR_OTHER", `Cannot handle a frame of type ${envelope.type} from rank ${source}`);
		}
	}

	/** A collective cannot go on at another rank. */
	#fail({ context: id, tag }: Envelope, error: MpiError): void {
		if (error instanceof ProcessFailedError) {
			// Known from here on, so that this rank does not begin what the other one has given up.
			const { rank, failure: cause } = error;
			this.departures.announce({ rank, cause, failed: true }, undefined, this.received(rank));
		}
		this.#withContext(id, (context) => context.calls.fail(tag, error));
	}

	#deliver(arrival: Arrival): void {
		this.#withContext(
			arrival.context,
			(context) => {
				if (context.revoked) this.accept(arrival, DISCARD);
				else if (arrival.operation === 0) context.matching.deliver(arrival);
				else this.#deliverToCall(context, arrival);
			},
			() => this.accept(arrival, DISCARD),
		);
	}

	#deliverToCall(context: Context, arrival: Arrival): void {
		const verdict = context.calls.deliver(arrival);
		if (verdict === "kept") return;
		this.accept(arrival, DISCARD);
		// Once a member has failed, ranks may try again in different ways.
		if (verdict === "stale" || context.members.some((rank) => this.departures.failure(rank))) return;
		// Its call is over here, as a root's may be that only sends. It cannot reject any more, so the job must end; the
		// sender hears of it, for it may still wait.
		this.#events.onMismatch(verdict);
		const { context: id, operation, tag, root } = arrival;
		this.failCall(context, { context: id, operation, tag, root }, verdict, [arrival.source]);
	}

	#withContext(id: number, use: (context: Context) => void, drop: () => void = () => undefined): void {
		const context = this.#contexts.get(id);
		if (context !== undefined) use(context);
		else if (this.#freed.has(id)) drop();
		else {
			const early = this.#early.get(id) ?? [];
			this.#early.set(id, early);
			early.push(() => this.#withContext(id, use, drop));
		}
	}

	/** A rank is gone and everything it sent is here: what needs it rejects. */
	#depart(gone: Departure): void {
		const { rank } = gone;
		this.#sockets?.forget(rank);
		depart(gone, {
			self: this.rank,
			outbox: this.#outboxes[rank],
			intake: this.#intakes[rank],
			contexts: this.#contexts.values(),
			isGone: (member) => this.departures.get(member) !== undefined,
		});
	}

	/** Listens while somebody waits, or last messages must be fetched. */
	#listen(): void {
		if (this.#sockets !== undefined) this.#sockets.wanted = this.pending.size > 0 || this.departures.draining;
	}
}

/** The error for frames that no rank of this job has sent. */
function unreadable(head: Buffer | undefined, cause?: unknown): MpiError {
	const text = `Cannot read a message of ${head?.length ?? 0} bytes: it is not from this job`;
	return new MpiError("ERR_OTHER", text, { cause });
}

/** Field by field: a spread of this many costs a microsecond. */
function arrivalOf(envelope: Envelope, body: Uint8Array | undefined): Arrival {
	const { source, tag, context, kind, size, id, operation, root } = envelope;
	return { source, tag, context, kind, size, body, id, operation, root };
}

function counts<T>(items: readonly (T | undefined)[], count: (item: T) => number): [number, number][] {
	return items.flatMap((item, rank) =>
		item === undefined || count(item) === 0 ? [] : [[rank, count(item)]],
	);
}
