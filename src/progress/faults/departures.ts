import type { FailureCause } from "../../base/errors.ts";

/** A rank that is gone. */
export interface Departure {
	/** World rank. */
	readonly rank: number;
	readonly cause: FailureCause;
	/** It failed; else it ended in order. */
	readonly failed: boolean;
}

/** A failed rank's last messages are taken to be here when none has come in for this long, in milliseconds. */
const DRAIN_MS = 30;

interface Announced {
	readonly departure: Departure;
	readonly sent: number | undefined;
	/** Ends the wait for the messages of a rank that failed. */
	readonly timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The ranks that are gone. The news of an end travels faster than the last messages, so it takes effect only when
 * everything that the rank had sent has been received. A rank that failed may have promised more than it could send, or
 * nothing at all: it is waited for as long as messages come.
 */
export class Departures {
	readonly #gone = new Map<number, Departure>();
	readonly #announced = new Map<number, Announced>();
	readonly #onGone: (departure: Departure) => void;
	readonly #onDraining: () => void;

	/**
	 * @param onGone Told when a departure takes effect.
	 * @param onDraining Told when `draining` may have changed.
	 */
	constructor(onGone: (departure: Departure) => void, onDraining: () => void) {
		this.#onGone = onGone;
		this.#onDraining = onDraining;
	}

	get(rank: number): Departure | undefined {
		return this.#gone.get(rank);
	}

	/** A departure, also one whose last messages are still awaited: nothing more can be sent to it. */
	known(rank: number): Departure | undefined {
		return this.#gone.get(rank) ?? this.#announced.get(rank)?.departure;
	}

	/** The failure of a rank, also one whose last messages are still awaited. */
	failure(rank: number): Departure | undefined {
		const departure = this.known(rank);
		return departure?.failed ? departure : undefined;
	}

	/** Whether every rank is here, as far as is known. */
	get none(): boolean {
		return this.#gone.size === 0 && this.#announced.size === 0;
	}

	/** World ranks whose departure has taken effect. */
	get ranks(): number[] {
		return [...this.#gone.keys()];
	}

	/** Whether the last messages of a failed rank must be listened for. */
	get draining(): boolean {
		for (const { timer } of this.#announced.values()) if (timer !== undefined) return true;
		return false;
	}

	/**
	 * A rank has left.
	 *
	 * @param sent Frames that it had sent to this rank, if it could still say so.
	 * @param received Frames of it that have come in.
	 */
	announce(departure: Departure, sent: number | undefined, received: number): void {
		const { rank, failed } = departure;
		if (this.known(rank) !== undefined) return;
		const uncertain = failed || sent === undefined;
		const timer = uncertain ? setTimeout(() => this.#complete(rank), DRAIN_MS).unref() : undefined;
		this.#announced.set(rank, { departure, sent, timer });
		this.#onDraining();
		this.check(rank, received);
	}

	/** Called after each frame of a rank. */
	check(rank: number, received: number): void {
		const announced = this.#announced.get(rank);
		if (announced === undefined) return;
		if (announced.sent !== undefined && received >= announced.sent) this.#complete(rank);
		else announced.timer?.refresh();
	}

	#complete(rank: number): void {
		const announced = this.#announced.get(rank);
		if (announced === undefined) return;
		clearTimeout(announced.timer);
		this.#announced.delete(rank);
		this.#gone.set(rank, announced.departure);
		this.#onGone(announced.departure);
		this.#onDraining();
	}
}
