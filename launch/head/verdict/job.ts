import type { AgentToRank, RankToAgent } from "../../../src/control/messages.ts";
import type { JobNews } from "../../link/protocol.ts";
import { causeOf, type Failure, firstFailure } from "./judgement.ts";
import { isActive, isGone, nameOf, type RankRecord } from "./rank-record.ts";
import { rankList } from "./waiting-table.ts";
import { Watch } from "./watch.ts";

/** Time in which the true first cause of a failure shows itself: it may take another rank down before we see it. */
const SETTLE_MS = 100;

/** Time between the end of a rank's connection and its exit, after which it counts as gone though its process lives. */
const DESERT_MS = 500;

/**
 * Time between the end of a connection of two ranks and the news that one of them, or its host, is gone: a host that was
 * cut off is noticed 8 s after that, its connections end after 5 s, and 10 s are the limit for both.
 */
const BROKEN_MS = 3800;

/** What a job does to the world. */
export interface JobEffects {
	readonly tell: (rank: number, message: AgentToRank) => void;
	readonly terminate: (signal: NodeJS.Signals) => void;
	/** An error, for stderr. */
	readonly report: (text: string) => void;
	/** Something that --verbose shows. */
	readonly note: (text: string) => void;
	/** Every rank has exited and its output is complete. */
	readonly over: () => void;
}

/** Follows the ranks from their start to their end: when they begin, when they may leave, and what went wrong first. */
export class Job {
	readonly #records: readonly RankRecord[];
	readonly #effects: JobEffects;
	readonly #continues: boolean;
	readonly watch: Watch;
	#started = false;
	#finalizedTold = false;
	#settle: NodeJS.Timeout | undefined;
	#exitCode: number | undefined;
	#ending = false;
	#over = false;

	constructor(records: readonly RankRecord[], continues: boolean, effects: JobEffects) {
		this.#records = records;
		this.#continues = continues;
		this.#effects = effects;
		this.watch = new Watch(records, effects.tell, (table) => {
			// A rank has failed, and is about to be named: that the others wait for it is no news.
			if (firstFailure(records) !== undefined) return;
			this.end(1, `deadlock: every rank waits, and no message is on its way\n${table}`.trimEnd());
		});
	}

	get exitCode(): number {
		return this.#exitCode ?? 0;
	}

	/** Whether the ranks are being ended. */
	get ending(): boolean {
		return this.#ending;
	}

	/** Ends the job. The first reason gives the exit code; later ones are consequences. */
	end(exitCode: number, text?: string, signal: NodeJS.Signals = "SIGTERM"): void {
		if (this.#exitCode === undefined || !this.#ending) {
			if (text !== undefined) this.#effects.report(text);
			this.#exitCode ??= exitCode;
		}
		clearTimeout(this.#settle);
		this.#settle = undefined;
		this.#ending = true;
		this.#effects.terminate(signal);
		this.#checkOver();
	}

	receive(message: JobNews): void {
		if (message.type === "refused") {
			this.end(message.exitCode, message.text);
			return;
		}
		if (message.type === "lost") {
			this.#lost(message);
			return;
		}
		const record = this.#records[message.rank];
		if (record === undefined) return;
		switch (message.type) {
			case "launched":
				record.pid = message.pid;
				this.#effects.note(`${nameOf(record)} has started`);
				return;
			case "said":
				this.#said(record, message.message);
				break;
			case "joined-twice":
				this.end(
					1,
					`${nameOf(record)}: a second process (pid ${message.pid}) tried to join as the same rank`,
				);
				break;
			case "parted":
				this.#parted(record, message.atMs);
				break;
			case "exited": {
				const { code, signal, atMs, outOfMemory } = message;
				record.exit = { code, signal, atMs, outOfMemory };
				// A failure is reported anyway.
				if (code === 0 || this.#ending) this.#effects.note(`${nameOf(record)} ${causeOf(record).text}`);
				this.#departed(record);
				break;
			}
			case "drained":
				record.drained = true;
				this.#checkOver();
		}
	}

	#said(record: RankRecord, message: RankToAgent): void {
		switch (message.type) {
			case "hello":
				record.peer = { host: record.host, node: record.node, endpoint: message.endpoint };
				this.#start();
				this.#consider();
				break;
			case "abort":
				// Not at once: a rank often aborts because another one, whose end we are about to see, has died.
				record.abort = { code: message.code, reason: message.reason, atMs: Date.now() };
				this.#consider();
				break;
			case "mismatch":
				this.end(1, message.text);
				break;
			case "finalize":
				record.finalized = true;
				record.sent = message.sent;
				this.watch.moved(record.rank);
				this.#checkFinalized();
				break;
			case "leaving":
				record.sent = message.sent;
				record.lastOperations = message.operations;
				record.exitCalledAt = message.at;
				this.watch.moved(record.rank);
				break;
			case "broken":
				this.#broken(record, message.rank, message.text);
				break;
			case "blocked":
				this.watch.blocked(record.rank, message);
				break;
			case "status":
				this.watch.answered(record.rank, message.query, message.operations);
				break;
		}
	}

	/**
	 * A connection between two ranks has ended. The end of one of them would explain it, and news of that may come later;
	 * else messages may be lost, and the job cannot go on.
	 */
	#broken(record: RankRecord, peer: number, text: string): void {
		const other = this.#records[peer];
		if (other === undefined) return;
		setTimeout(() => {
			const explained = [record, other].some((end) => end.finalized || isGone(end));
			if (explained || this.#ending || this.#over) return;
			this.end(1, `${nameOf(record)} has lost its connection to ${nameOf(other)}: ${text}`);
		}, BROKEN_MS);
	}

	#start(): void {
		if (this.#started || this.#records.some(({ peer }) => peer === undefined)) return;
		this.#started = true;
		const peers = this.#records.flatMap(({ peer }) => (peer === undefined ? [] : [peer]));
		for (const { rank } of this.#records) this.#effects.tell(rank, { type: "start", peers });
		// Some of their peers may not have been there to be told.
		for (const record of this.#records) if (isGone(record)) this.#tellLeft(record);
	}

	#parted(record: RankRecord, atMs: number): void {
		if (record.finalized) return;
		record.partedAtMs = atMs;
		setTimeout(() => {
			if (record.exit !== undefined || this.#over) return;
			record.deserted = true;
			this.#departed(record);
		}, DESERT_MS);
	}

	/** Nothing more will be heard of the ranks of this host, not even their end. */
	#lost({ node, text, atMs }: Extract<JobNews, { type: "lost" }>): void {
		const ranks = this.#records.filter((record) => record.node === node && !record.drained);
		for (const record of ranks) {
			record.lost = { text, atMs };
			record.drained = true;
		}
		if (this.#ending && ranks[0] !== undefined) this.#effects.report(lostText(ranks[0], ranks));
		for (const record of ranks) this.#departed(record);
		this.#checkOver();
	}

	#departed(record: RankRecord): void {
		this.watch.moved(record.rank);
		this.#checkFinalized();
		this.#tellLeft(record);
		this.#consider();
	}

	/** Tells those who may wait for it that a rank is gone. */
	#tellLeft(record: RankRecord): void {
		const failed = !record.finalized;
		// A failure that ends the job anyway: the others would only add their errors to the true one.
		if (failed && !this.#continues) return;
		for (const other of this.#records) {
			if (other === record || other.peer === undefined || !isActive(other)) continue;
			const known = record.sent === undefined && record.peer !== undefined ? undefined : record.sent;
			const sent = known?.find(([rank]) => rank === other.rank)?.[1] ?? (known === undefined ? undefined : 0);
			const cause = causeOf(record);
			this.#effects.tell(other.rank, {
				type: "left",
				rank: record.rank,
				cause,
				failed,
				...(sent === undefined ? {} : { sent }),
			});
		}
	}

	#checkFinalized(): void {
		if (this.#finalizedTold || !this.#records.some(({ finalized }) => finalized)) return;
		if (!this.#records.every((record) => record.finalized || isGone(record))) return;
		this.#finalizedTold = true;
		for (const { rank } of this.#records) this.#effects.tell(rank, { type: "finalized" });
	}

	/** Whether ranks wait for one to join that never will: without it there is no job that could go on. */
	get #hopeless(): boolean {
		const waits = (record: RankRecord) => record.peer !== undefined && isActive(record);
		const lost = (record: RankRecord) => record.peer === undefined && isGone(record);
		return !this.#started && this.#records.some(waits) && this.#records.some(lost);
	}

	/** Looks for a failure; if there is one, gives an earlier cause the time to show itself. */
	#consider(): void {
		if (this.#ending || this.#settle !== undefined) return;
		if (firstFailure(this.#records) === undefined && !this.#hopeless) return;
		this.#settle = setTimeout(() => this.#decide(), SETTLE_MS);
	}

	#decide(): void {
		clearTimeout(this.#settle);
		this.#settle = undefined;
		let aborted = false;
		for (
			let failure = firstFailure(this.#records);
			failure !== undefined;
			failure = firstFailure(this.#records)
		) {
			this.#exitCode ??= failure.exitCode;
			this.#tellFailure(failure);
			aborted = failure.record.abort !== undefined;
			if (aborted || !this.#continues) break;
			this.watch.moved(failure.record.rank);
		}
		if (this.#exitCode === undefined || this.#ending) return;
		if (this.#continues && !aborted && !this.#hopeless) return;
		this.#ending = true;
		this.#effects.terminate("SIGTERM");
	}

	#tellFailure({ record, text }: Failure): void {
		record.reported = true;
		if (record.lost === undefined || record.exit !== undefined) {
			this.#effects.report(`${nameOf(record)} ${text}`);
			return;
		}
		const { node } = record;
		const ranks = this.#records.filter((other) => other.node === node && other.lost !== undefined);
		for (const other of ranks) {
			other.reported = true;
			this.watch.moved(other.rank);
		}
		this.#effects.report(lostText(record, ranks));
	}

	#checkOver(): void {
		if (this.#over) return;
		const unfinished = this.#records.some(({ pid, drained }) =>
			pid === undefined && this.#ending ? false : !drained,
		);
		if (unfinished) return;
		this.#over = true;
		if (!this.#ending) this.#decide();
		this.#effects.over();
	}
}

/** One line for a host, not one for each of its ranks. */
function lostText({ host, lost }: RankRecord, ranks: readonly RankRecord[]): string {
	return `host ${host} is lost, with ${rankList(ranks.map(({ rank }) => rank))}: ${lost?.text}`;
}
