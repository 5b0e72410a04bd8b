import { Agreement, type AgreementMessage, type Combine, type Electorate, type Json } from "./agreement.ts";

/**
 * The agreements of one communicator. They are numbered in the order in which this rank calls for them, which is the
 * same on every rank, apart from the numbers of collectives: those may differ once some have failed.
 */
export class AgreementSequence {
	readonly #electorate: Electorate;
	readonly #send: (rank: number, step: number, message: AgreementMessage) => void;
	readonly #open = new Map<number, Agreement>();
	#next = 0;

	constructor(electorate: Electorate, send: (rank: number, step: number, message: AgreementMessage) => void) {
		this.#electorate = electorate;
		this.#send = send;
	}

	/** Takes part in the next agreement; `onDecided` gets the result. */
	join(vote: Json, combine: Combine, onDecided: (value: Json) => void): Agreement {
		const step = this.#next++;
		const agreement = this.#agreement(step);
		agreement.join(vote, combine, (value) => {
			this.#open.delete(step);
			onDecided(value);
		});
		return agreement;
	}

	receive(source: number, step: number, message: AgreementMessage): void {
		// What comes for one that this rank has been through: its sender has the decision, or will get it.
		if (step < this.#next && !this.#open.has(step)) return;
		this.#agreement(step).receive(source, message);
	}

	/** A member is gone. */
	depart(): void {
		for (const agreement of [...this.#open.values()]) agreement.advance();
	}

	#agreement(step: number): Agreement {
		let agreement = this.#open.get(step);
		if (agreement === undefined) {
			agreement = new Agreement(this.#electorate, (rank, message) => this.#send(rank, step, message));
			this.#open.set(step, agreement);
		}
		return agreement;
	}
}
