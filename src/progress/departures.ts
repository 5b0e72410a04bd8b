import type { FailureCause } from "../errors.ts";

/** A rank that is gone. */
export interface Departure {
	/** World rank. */
	readonly rank: number;
	readonly cause: FailureCause;
	/** It failed; else it ended in order. */
	readonly failed: boolean;
}

/** How long messages of a rank that could not say how many it sent may still come in, in milliseconds. */
const DRAIN_MS = 30;

/**
 * The ranks that are gone. The news of an end travels faster than the last messages, so it takes effect only when
 * everything that the rank had sent has been received.
 */
export class Departures {
	readonly #gone = new Map<number, Departure>();
	readonly #announced = new Map<number, { departure: Departure; sent: number | undefined }>();
	readonly #onGone: (departure: Departure) => void;

	constructor(onGone: (departure: Departure) => void) {
		this.#onGone = onGone;
	}

	get(rank: number): Departure | undefined {
		return this.#gone.get(rank);
	}

	get all(): readonly Departure[] {
		return [...this.#gone.values()];
	}

	/**
	 * A rank has left.
	 *
	 * @param sent Frames that it had sent to this rank, if it could still say so.
	 * @param received Frames of it that have come in.
	 */
	announce(departure: Departure, sent: number | undefined, received: number): void {
		const { rank } = departure;
		if (this.#gone.has(rank) || this.#announced.has(rank)) return;
		this.#announced.set(rank, { departure, sent });
		if (sent === undefined) setTimeout(() => this.#complete(rank), DRAIN_MS).unref();
		else this.check(rank, received);
	}

	/** Called after each frame of a rank. */
	check(rank: number, received: number): void {
		const announced = this.#announced.get(rank);
		if (announced?.sent !== undefined && received >= announced.sent) this.#complete(rank);
	}

	#complete(rank: number): void {
		const announced = this.#announced.get(rank);
		if (announced === undefined) return;
		this.#announced.delete(rank);
		this.#gone.set(rank, announced.departure);
		this.#onGone(announced.departure);
	}
}
