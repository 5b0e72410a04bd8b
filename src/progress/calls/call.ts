import type { Signature } from "../../wire/operations.ts";
import type { Arrival } from "../matching/arrival.ts";
import { Matching, type Posted } from "../matching/matching.ts";

/** One collective call of this rank, from its first step to its last message. */
export class Call implements Signature {
	readonly step: number;
	readonly opcode: number;
	readonly root: number;
	/** Whether the other ranks know that the call fails. */
	told = false;
	/** Told when the call fails. */
	readonly watchers = new Set<(error: Error) => void>();
	readonly #matching = new Matching();
	#failure: Error | undefined;

	constructor(step: number, signature: Signature) {
		this.step = step;
		this.opcode = signature.opcode;
		this.root = signature.root;
	}

	get failure(): Error | undefined {
		return this.#failure;
	}

	/** Waits for the next message of `posted.source` in this call. Tells whether it is settled already. */
	post(posted: Posted): boolean {
		if (this.#failure === undefined) return this.#matching.post(posted);
		posted.reject(this.#failure);
		return true;
	}

	deliver(arrival: Arrival): void {
		this.#matching.deliver(arrival);
	}

	/** Rejects everything that waits, and will wait, in this call. The first reason stays. */
	fail(error: Error): void {
		this.#failure ??= error;
		const reason = this.#failure;
		this.#matching.reject(
			() => true,
			() => reason,
		);
		for (const tell of [...this.watchers]) tell(reason);
	}

	/** Another rank says, to all, that the call failed there. */
	hear(error: Error): void {
		this.told = true;
		this.fail(error);
	}

	/** A rank has ended in order: rejects what waits for it. */
	depart(rank: number, error: () => Error): void {
		this.#matching.reject((posted) => posted.source === rank, error);
	}

	/** Withdraws a receive. False when it is matched already. */
	cancel(posted: Posted): boolean {
		return this.#matching.cancel(posted);
	}

	/** Messages that nobody took. */
	drain(): Arrival[] {
		return this.#matching.drain();
	}
}
