import { FinalizedError, MpiError, RevokedError } from "../../base/errors.ts";
import type { AgreementSequence } from "../agreement/agreement-sequence.ts";
import { CallSequence, type SignatureText } from "../calls/call-sequence.ts";
import type { Arrival } from "../matching/arrival.ts";
import { Matching } from "../matching/matching.ts";

/** What makes a context. */
export interface ContextOptions {
	/** The same on all members, and no other communicator's in the job. */
	readonly id: number;
	/** For people: "world", "world.split(1)". */
	readonly name: string;
	/** World ranks of the members, in rank order. */
	readonly members: readonly number[];
	/** Own world rank. */
	readonly self: number;
	readonly agreements: AgreementSequence;
	readonly signatureText: SignatureText;
}

/** What a communicator keeps apart from all others: its members and their messages. Made by `Progress.openContext`. */
export class Context {
	readonly id: number;
	readonly name: string;
	readonly members: readonly number[];
	readonly matching = new Matching();
	readonly calls: CallSequence;
	readonly agreements: AgreementSequence;
	/** World ranks of failed members that wildcard receives do not wait for any more. */
	readonly acknowledged = new Set<number>();
	readonly #ranks: ReadonlyMap<number, number>;
	#closed: "freed" | "finalized" | undefined;
	#revoked = false;

	constructor({ id, name, members, self, agreements, signatureText }: ContextOptions) {
		this.id = id;
		this.name = name;
		this.members = members;
		this.calls = new CallSequence(self, signatureText);
		this.agreements = agreements;
		this.#ranks = new Map(members.map((world, rank) => [world, rank]));
	}

	/** The rank in this communicator that a world rank has, -1 for none. */
	rankOf(world: number): number {
		return this.#ranks.get(world) ?? -1;
	}

	/** Whether only what deals with failures may be done with it. */
	get revoked(): boolean {
		return this.#revoked;
	}

	/** Throws where no message may be sent or received with it any more. */
	checkOpen(action: string): void {
		if (this.#closed === undefined && !this.#revoked) return;
		this.checkUsable(action);
		throw new RevokedError(action, this.name);
	}

	/** As `checkOpen`, for what may be done with a revoked communicator too. */
	checkUsable(action: string): void {
		if (this.#closed === "finalized") throw new FinalizedError(action);
		if (this.#closed === "freed") {
			throw new MpiError("ERR_COMM", `Cannot ${action}: ${this.name} has been freed`);
		}
	}

	/** Nothing may be begun with it any more. Once the rank has finalized, its receives reject too. */
	close(reason: "freed" | "finalized"): void {
		this.#closed = reason;
		if (reason === "finalized") this.#rejectReceives(() => new FinalizedError("receive"));
	}

	/** Receives and calls reject, and no new ones begin. */
	revoke(): void {
		this.#revoked = true;
		this.#rejectReceives(() => new RevokedError("receive", this.name));
		// `hear` marks a call as told: the revocation reaches the other members itself, so that no FAIL frames follow.
		for (const call of [...this.calls.active]) {
			call.hear(new RevokedError("go on with a collective", this.name));
		}
	}

	/** Messages that nobody took. */
	drain(): Arrival[] {
		return [...this.matching.drain(), ...this.calls.drain()];
	}

	#rejectReceives(error: () => Error): void {
		this.matching.reject(() => true, error);
	}
}
