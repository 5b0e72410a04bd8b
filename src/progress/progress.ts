import { ANY_SOURCE } from "../constants.ts";
import { type FailureCause, MpiError, ProcessFailedError } from "../errors.ts";
import { ENVELOPE_BYTES, type Envelope, FrameType, readEnvelope, writeEnvelope } from "../wire/envelope.ts";
import type { Arrival, Sink } from "./arrival.ts";
import type { Context } from "./context.ts";
import { Departures } from "./departures.ts";
import { decodeFailure, encodeFailure } from "./failure.ts";
import { Intake } from "./intake.ts";
import { INLINE_LIMIT } from "./limits.ts";
import { type Header, Outbox } from "./outbox.ts";
import { PendingOperations } from "./pending.ts";

/** The sockets as the progress engine sees them; a world of one has none. */
export interface Sockets {
	wanted: boolean;
	send(rank: number, frames: Uint8Array | Uint8Array[]): void;
	abandon(rank?: number): void;
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
		this.pending = new PendingOperations((waiting) => {
			if (this.#sockets !== undefined) this.#sockets.wanted = waiting;
		});
		this.departures = new Departures((gone) => this.#depart(gone));
	}

	set sockets(sockets: Sockets | undefined) {
		this.#sockets = sockets;
	}

	/** Looks at the sockets once, although nothing waits. */
	poke(): void {
		if (this.#sockets === undefined || this.pending.size > 0) return;
		this.#sockets.wanted = true;
		this.#sockets.wanted = false;
	}

	/** A number that no other call of this process returns. */
	reserveContext(): number {
		return this.#nextContext++;
	}

	register(context: Context): void {
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
			if (rank !== this.rank && this.departures.get(rank) === undefined) {
				this.outbox(rank).notify(FrameType.FAIL, header, body);
			}
		}
	}

	/** The frames of one message from the sockets. */
	receive(frames: Buffer[]): void {
		try {
			const head = frames[0] as Buffer;
			const envelope = readEnvelope(head);
			if (envelope === undefined || !(envelope.source >= 0 && envelope.source < this.size)) {
				throw new MpiError(
					"ERR_OTHER",
					`Cannot read a message of ${head.length} bytes: it is not from this job`,
				);
			}
			this.#intake(envelope.source).count(envelope);
			this.#handle(envelope, frames.length > 1 ? (frames[1] as Buffer) : head.subarray(ENVELOPE_BYTES));
			this.departures.check(envelope.source, this.received(envelope.source));
		} catch (error) {
			this.#events.onLost(error as Error);
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
				this.#withContext(envelope.context, (context) =>
					context.calls.fail(envelope.tag, decodeFailure(body)),
				);
				break;
			default:
				throw new MpiError("ERR_OTHER", `Cannot handle a frame of type ${envelope.type} from rank ${source}`);
		}
	}

	#deliver(arrival: Arrival): void {
		this.#withContext(
			arrival.context,
			(context) => {
				if (arrival.operation === 0) context.matching.deliver(arrival);
				else this.#deliverToCall(context, arrival);
			},
			() => this.accept(arrival, DISCARD),
		);
	}

	#deliverToCall(context: Context, arrival: Arrival): void {
		const verdict = context.calls.deliver(arrival);
		if (verdict === "kept") return;
		this.accept(arrival, DISCARD);
		if (verdict === "stale") return;
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
	#depart(gone: { readonly rank: number; readonly cause: FailureCause; readonly failed: boolean }): void {
		const { rank, cause } = gone;
		const error = (action: string) => new ProcessFailedError(action, rank, cause);
		this.#sockets?.abandon(rank);
		this.#outboxes[rank]?.fail(() => error(`send to rank ${rank}`));
		this.#intakes[rank]?.fail(() => error(`receive from rank ${rank}`));
		for (const context of this.#contexts.values()) {
			if (context.rankOf(rank) < 0) continue;
			const alone = context.members.every((member) => member === this.rank || this.departures.get(member));
			context.matching.reject(
				(posted) => posted.source === rank || (posted.source === ANY_SOURCE && (gone.failed || alone)),
				() => error("receive"),
			);
			for (const call of [...context.calls.active]) call.depart(rank, () => error("go on with a collective"));
		}
	}
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
