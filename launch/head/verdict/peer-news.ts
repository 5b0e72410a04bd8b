import type { AgentToRank } from "../../../src/control/messages.ts";
import { causeOf } from "./judgement.ts";
import { isActive, isGone, type RankRecord } from "./rank-record.ts";

/** How ranks are told. */
export interface PeerNewsOptions {
	readonly tell: (rank: number, message: AgentToRank) => void;
	/**
	 * Whether ranks hear of those that failed. Not where a failure ends the job anyway: the others would only add their
	 * errors to the true one.
	 */
	readonly tellsFailures: boolean;
}

/** What ranks learn of each other: that all have joined, who has left, and that all have finalized. */
export class PeerNews {
	readonly #records: readonly RankRecord[];
	readonly #tell: (rank: number, message: AgentToRank) => void;
	readonly #tellsFailures: boolean;
	#started = false;
	#finalized = false;

	constructor(records: readonly RankRecord[], { tell, tellsFailures }: PeerNewsOptions) {
		this.#records = records;
		this.#tell = tell;
		this.#tellsFailures = tellsFailures;
	}

	/** A rank has joined: once all have, they may begin. */
	joined(): void {
		if (this.#started || this.#records.some(({ peer }) => peer === undefined)) return;
		this.#started = true;
		const peers = this.#records.flatMap(({ peer }) => (peer === undefined ? [] : [peer]));
		for (const { rank } of this.#records) this.#tell(rank, { type: "start", peers });
		// Some of their peers may not have been there to be told.
		for (const record of this.#records) if (isGone(record)) this.#tellLeft(record);
	}

	/** A rank needs nobody any more: once this is true of all, they may end. */
	finalized(): void {
		if (this.#finalized || !this.#records.some(({ finalized }) => finalized)) return;
		if (!this.#records.every((record) => record.finalized || isGone(record))) return;
		this.#finalized = true;
		for (const { rank } of this.#records) this.#tell(rank, { type: "finalized" });
	}

	/** A rank is gone, which those who may wait for it are told. */
	left(record: RankRecord): void {
		this.finalized();
		this.#tellLeft(record);
	}

	/** Whether ranks wait for one to join that never will: without it there is no job that could go on. */
	get hopeless(): boolean {
		const waits = (record: RankRecord) => record.peer !== undefined && isActive(record);
		const lost = (record: RankRecord) => record.peer === undefined && isGone(record);
		return !this.#started && this.#records.some(waits) && this.#records.some(lost);
	}

	#tellLeft(record: RankRecord): void {
		const { rank } = record;
		const failed = !record.finalized;
		if (failed && !this.#tellsFailures) return;
		const cause = causeOf(record);
		for (const other of this.#records) {
			if (other === record || other.peer === undefined || !isActive(other)) continue;
			const sent = sentTo(record, other.rank);
			this.#tell(other.rank, {
				...{ type: "left", rank, cause, failed },
				...(sent === undefined ? {} : { sent }),
			});
		}
	}
}

/** How many messages a rank that is gone has sent to another, if it could still say so. */
function sentTo({ sent }: RankRecord, rank: number): number | undefined {
	return sent === undefined ? undefined : (sent.find(([to]) => to === rank)?.[1] ?? 0);
}
