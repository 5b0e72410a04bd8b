import type { Arrival } from "../matching/arrival.ts";
import { Intake } from "./intake.ts";
import { type FrameLane, Outbox } from "./outbox.ts";

/** Frames sent to, or received from, each rank: [world rank, count]. */
export type FrameCounts = [rank: number, count: number][];

/** What goes to and comes from each rank of the job, this one among them. */
export class Peers {
	readonly #self: number;
	readonly #openLane: (rank: number) => FrameLane;
	readonly #outboxes: (Outbox | undefined)[];
	readonly #intakes: (Intake | undefined)[];

	/** @param openLane Opens the way to a rank; called once for each that is written to. */
	constructor(self: number, size: number, openLane: (rank: number) => FrameLane) {
		this.#self = self;
		this.#openLane = openLane;
		this.#outboxes = new Array(size).fill(undefined);
		this.#intakes = new Array(size).fill(undefined);
	}

	/** What goes to a world rank. */
	outbox(rank: number): Outbox {
		let outbox = this.#outboxes[rank];
		if (outbox === undefined) {
			const local = rank === this.#self;
			outbox = new Outbox({ self: this.#self, local, openLane: () => this.#openLane(rank) });
			this.#outboxes[rank] = outbox;
		}
		return outbox;
	}

	/** What comes from a world rank. */
	intake(rank: number): Intake {
		let intake = this.#intakes[rank];
		if (intake === undefined) {
			intake = new Intake(this.outbox(rank));
			this.#intakes[rank] = intake;
		}
		return intake;
	}

	/** Throws messages away that nobody will receive. */
	discard(arrivals: readonly Arrival[]): void {
		for (const arrival of arrivals) this.intake(arrival.source).discard(arrival);
	}

	/** Frames received from a world rank. */
	received(rank: number): number {
		return this.#intakes[rank]?.received ?? 0;
	}

	get sentCounts(): FrameCounts {
		return counts(this.#outboxes, (outbox) => outbox.sent);
	}

	get receivedCounts(): FrameCounts {
		return counts(this.#intakes, (intake) => intake.received);
	}

	/** A rank is gone: nothing goes there, or comes from there, any more. */
	depart(rank: number, error: (action: string) => Error): void {
		this.#outboxes[rank]?.fail(() => error(`send to rank ${rank}`));
		this.#intakes[rank]?.fail(error, `receive from rank ${rank}`);
	}

	/** A communicator is revoked: ends what is under way on it, from and to everybody. */
	revoke(context: number, error: (action: string) => Error): void {
		for (const outbox of this.#outboxes) outbox?.revoke(context, () => error("send"));
		for (const intake of this.#intakes) intake?.revoke(context, () => error("receive"));
	}
}

function counts<T>(items: readonly (T | undefined)[], count: (item: T) => number): FrameCounts {
	return items.flatMap(
		(item, rank): FrameCounts => (item === undefined || count(item) === 0 ? [] : [[rank, count(item)]]),
	);
}
