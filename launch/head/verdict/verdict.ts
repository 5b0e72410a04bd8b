import type { Cancel, Clock } from "../../../src/base/clock.ts";
import { firstFailure, type RankFailure } from "./judgement.ts";
import { isGone, nameOf, type RankRecord } from "./rank-record.ts";
import { rankList } from "./waiting-table.ts";

/** Time in which the true first cause of a failure shows itself: it may take another rank down before we see it. */
export const SETTLE_MS = 100;

/**
 * Time between the end of a connection of two ranks and the news that one of them, or its host, is gone: a host that was
 * cut off is noticed 8 s after that, its connections end after 5 s, and 10 s are the limit for both.
 */
export const BROKEN_MS = 3800;

/** What a verdict needs from the job around it. */
export interface VerdictOptions {
	readonly clock: Clock;
	/** A failed rank does not end the others (--on-failure continue). */
	readonly continues: boolean;
	/** Whether the job can still become what was asked for. */
	readonly isHopeless: () => boolean;
	/** An error, for stderr. */
	readonly report: (text: string) => void;
	readonly terminate: (signal: NodeJS.Signals) => void;
	/** A rank's failure has been reported, after which the others may go on. */
	readonly reported: (rank: number) => void;
	/** The ranks are being ended. */
	readonly ending: () => void;
}

/** How ranks are ended. */
export interface EndOptions {
	/** What is said about the reason. */
	readonly text?: string | undefined;
	/** What the ranks get first. Default: SIGTERM. */
	readonly signal?: NodeJS.Signals;
}

/** Decides why a job ends, what is said about it, and the exit code. The first reason counts. */
export class Verdict {
	readonly #records: readonly RankRecord[];
	readonly #options: VerdictOptions;
	#settling: Cancel | undefined;
	#exitCode: number | undefined;
	#ending = false;
	#closed = false;

	constructor(records: readonly RankRecord[], options: VerdictOptions) {
		this.#records = records;
		this.#options = options;
	}

	/** 0 while nothing has failed. */
	get exitCode(): number {
		return this.#exitCode ?? 0;
	}

	/** Whether the ranks are being ended. */
	get isEnding(): boolean {
		return this.#ending;
	}

	/** Ends the ranks at once. A reason that comes after another one is a consequence, and is not told. */
	end(exitCode: number, { text, signal = "SIGTERM" }: EndOptions = {}): void {
		if (this.#exitCode === undefined || !this.#ending) {
			if (text !== undefined) this.#options.report(text);
			this.#exitCode ??= exitCode;
		}
		this.#endAll(signal);
	}

	/** Looks for a failure; if there is one, gives an earlier cause the time to show itself. */
	consider(): void {
		if (this.#ending || this.#settling !== undefined) return;
		if (firstFailure(this.#records) === undefined && !this.#options.isHopeless()) return;
		this.#settling = this.#options.clock.after(SETTLE_MS, () => this.#decide());
	}

	/**
	 * A connection between two ranks has ended. The end of one of them would explain it, and news of that may come later;
	 * else messages may be lost, and the job cannot go on.
	 */
	connectionEnded([one, other]: readonly [RankRecord, RankRecord], text: string): void {
		this.#options.clock.after(BROKEN_MS, () => {
			const explained = [one, other].some((record) => record.finalized || isGone(record));
			if (explained || this.#ending || this.#closed) return;
			this.end(1, { text: `${nameOf(one)} has lost its connection to ${nameOf(other)}: ${text}` });
		});
	}

	/** A host is lost. That is said at once where the ranks are being ended anyway; else it is a failure like others. */
	hostLost(ranks: readonly RankRecord[]): void {
		const [first] = ranks;
		if (this.#ending && first !== undefined) this.#options.report(lostText(first, ranks));
	}

	/** All ranks have ended: nothing that comes later counts. */
	close(): void {
		this.#closed = true;
		if (!this.#ending) this.#decide();
	}

	#decide(): void {
		this.#stopSettling();
		let aborted = false;
		for (;;) {
			const failure = firstFailure(this.#records);
			if (failure === undefined) break;
			this.#exitCode ??= failure.exitCode;
			this.#report(failure);
			aborted = failure.record.abort !== undefined;
			if (aborted || !this.#options.continues) break;
			this.#options.reported(failure.record.rank);
		}
		if (this.#exitCode === undefined || this.#ending) return;
		if (this.#options.continues && !aborted && !this.#options.isHopeless()) return;
		this.#endAll("SIGTERM");
	}

	#report({ record, text }: RankFailure): void {
		record.reported = true;
		if (record.lost === undefined || record.exit !== undefined) {
			this.#options.report(`${nameOf(record)} ${text}`);
			return;
		}
		const ranks = this.#records.filter((other) => other.node === record.node && other.lost !== undefined);
		for (const other of ranks) {
			other.reported = true;
			this.#options.reported(other.rank);
		}
		this.#options.report(lostText(record, ranks));
	}

	#endAll(signal: NodeJS.Signals): void {
		this.#stopSettling();
		this.#ending = true;
		this.#options.terminate(signal);
		this.#options.ending();
	}

	#stopSettling(): void {
		this.#settling?.();
		this.#settling = undefined;
	}
}

/** One line for a host, not one for each of its ranks. */
function lostText({ host, lost }: RankRecord, ranks: readonly RankRecord[]): string {
	return `host ${host} is lost, with ${rankList(ranks.map(({ rank }) => rank))}: ${lost?.text}`;
}
