/** Anything that JSON holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What ranks tell each other to agree. */
export type AgreementMessage =
	/** To the coordinator: what the sender contributes. */
	| { readonly type: "vote"; readonly value: Json }
	/** From the coordinator: the result, unless the coordinator dies. */
	| { readonly type: "propose"; readonly value: Json }
	/** To the coordinator: its proposal is the sender's own now. */
	| { readonly type: "ack" }
	/** The result. */
	| { readonly type: "decide"; readonly value: Json };

/** What an agreement needs of the world around it. */
export interface Electorate {
	/** Own world rank. */
	readonly self: number;
	/** World ranks in rank order. */
	readonly members: readonly number[];
	/** Whether this rank knows that a member is gone. Never wrong, sooner or later right; nothing is received after it. */
	readonly isGone: (rank: number) => boolean;
}

/** Makes a result of the votes, by world rank. It runs at the coordinator. */
export type Combine = (votes: ReadonlyMap<number, Json>) => Json;

/**
 * One agreement: every member votes, and all get the same result, whoever dies at whatever moment.
 *
 * The coordinator is the lowest member that is not known to be gone. It collects the votes of all members that are not
 * gone, proposes what `combine` makes of them, waits until all of them have acknowledged, decides, and tells. Whoever
 * hears the decision passes it on to all before using it. When the coordinator dies, the next one takes over: with the
 * proposal that it has acknowledged, if there is one, else with votes sent to it anew. (Hierarchical uniform consensus:
 * Cachin, Guerraoui, Rodrigues, "Reliable and Secure Distributed Programming", §5.3.)
 *
 * Nobody decides differently, not even a rank that dies right after it has decided:
 * - The news that a rank is gone is never wrong (it is the agent that saw its process end) and reaches everybody; frames
 *   from a rank that is known to be gone are dropped, so its word counts either before that news or never.
 * - Say q is the first coordinator whose proposal v was decided, by anyone. Then every member alive at that moment had
 *   acknowledged v, for q waits for all but those it knows to be gone.
 * - A later coordinator r is one of them (it is alive, so q has not taken it for gone). r has adopted v before it takes
 *   over, and proposes what it has adopted: v, or, by induction, what a coordinator between q and r has proposed, which
 *   is v as well. A proposal of a lower rank than the one adopted is ignored, so a late one from a dead coordinator
 *   cannot replace it.
 * - A coordinator that has adopted nothing is therefore free to choose: no lower one can have decided.
 *
 * Everybody decides: a coordinator waits only for ranks that answer, or whose end becomes known. Those that have decided
 * and gone on to other things do not answer any more, but they have sent the decision to all before.
 */
export class Agreement {
	readonly #electorate: Electorate;
	readonly #send: (rank: number, message: AgreementMessage) => void;
	readonly #votes = new Map<number, Json>();
	readonly #acks = new Set<number>();
	/** The newest proposal that this rank has acknowledged, and the place of its coordinator among the members. */
	#adopted: { readonly round: number; readonly value: Json } | undefined;
	#combine: Combine | undefined;
	/** The coordinator that has the own vote. */
	#votedFor: number | undefined;
	#proposed = false;
	#decision: { readonly value: Json } | undefined;
	#onDecided: (value: Json) => void = () => undefined;

	constructor(electorate: Electorate, send: (rank: number, message: AgreementMessage) => void) {
		this.#electorate = electorate;
		this.#send = send;
	}

	get decided(): boolean {
		return this.#decision !== undefined;
	}

	/** World ranks whose word is missing here. */
	get waitsFor(): readonly number[] {
		const { self } = this.#electorate;
		const [coordinator] = this.#living;
		if (this.#decision !== undefined) return [];
		if (coordinator !== self) return coordinator === undefined ? [] : [coordinator];
		return this.#living.filter((rank) => !(this.#proposed ? this.#acks : this.#votes).has(rank));
	}

	/** This rank takes part. */
	join(vote: Json, combine: Combine, onDecided: (value: Json) => void): void {
		this.#votes.set(this.#electorate.self, vote);
		this.#combine = combine;
		this.#onDecided = onDecided;
		if (this.#decision !== undefined) onDecided(this.#decision.value);
		else this.advance();
	}

	receive(source: number, message: AgreementMessage): void {
		if (this.#decision !== undefined) return;
		switch (message.type) {
			case "vote":
				this.#votes.set(source, message.value);
				this.advance();
				break;
			case "propose": {
				const round = this.#electorate.members.indexOf(source);
				if (this.#adopted !== undefined && this.#adopted.round > round) break;
				this.#adopted = { round, value: message.value };
				this.#send(source, { type: "ack" });
				break;
			}
			case "ack":
				this.#acks.add(source);
				this.advance();
				break;
			case "decide":
				this.#decide(message.value);
		}
	}

	/** Goes on as far as possible: called when something has come in, or a member is gone. */
	advance(): void {
		const { self, members } = this.#electorate;
		if (this.#decision !== undefined || this.#combine === undefined) return;
		const living = this.#living;
		const [coordinator] = living;
		if (coordinator === undefined) return;
		if (coordinator !== self) {
			if (this.#votedFor === coordinator) return;
			this.#votedFor = coordinator;
			this.#send(coordinator, { type: "vote", value: this.#votes.get(self) as Json });
			return;
		}
		if (!this.#proposed) {
			if (this.#adopted === undefined && !living.every((rank) => this.#votes.has(rank))) return;
			const value = this.#adopted === undefined ? this.#combine(this.#votesOf(living)) : this.#adopted.value;
			this.#proposed = true;
			this.#adopted = { round: members.indexOf(self), value };
			this.#acks.add(self);
			for (const rank of living) if (rank !== self) this.#send(rank, { type: "propose", value });
		}
		if (living.every((rank) => this.#acks.has(rank))) this.#decide((this.#adopted as { value: Json }).value);
	}

	/** Before anybody here acts on the decision, it is on its way to all others. */
	#decide(value: Json): void {
		const { self } = this.#electorate;
		this.#decision = { value };
		for (const rank of this.#living) if (rank !== self) this.#send(rank, { type: "decide", value });
		this.#onDecided(value);
	}

	get #living(): number[] {
		const { members, isGone } = this.#electorate;
		return members.filter((rank) => !isGone(rank));
	}

	#votesOf(ranks: readonly number[]): Map<number, Json> {
		return new Map(ranks.map((rank) => [rank, this.#votes.get(rank) as Json]));
	}
}
