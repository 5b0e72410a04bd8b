import { type Clock, SYSTEM_CLOCK } from "../../../src/base/clock.ts";
import type { AgentToRank, GraceSignal, RankToAgent } from "../../../src/control/messages.ts";
import type { JobNews } from "../../link/protocol.ts";
import { causeOf, firstFailure } from "./judgement.ts";
import { PeerNews } from "./peer-news.ts";
import { isActive, nameOf, type RankRecord } from "./rank-record.ts";
import { type EndOptions, Verdict } from "./verdict.ts";
import { Watch } from "./watch.ts";

/** Time between the end of a rank's connection and its exit, after which it counts as gone though its process lives. */
export const DESERT_MS = 500;

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

/** How a job is followed. */
export interface JobOptions {
	readonly effects: JobEffects;
	/** A failed rank does not end the others (--on-failure continue). */
	readonly continues: boolean;
	readonly clock?: Clock;
}

/**
 * Follows the ranks from their start to their end, by what agents tell: keeps their records, and has others decide what
 * ranks are told (PeerNews), whether all wait for ever (Watch), and how the job ends (Verdict).
 */
export class Job {
	readonly #records: readonly RankRecord[];
	readonly #effects: JobEffects;
	readonly #clock: Clock;
	readonly #peers: PeerNews;
	readonly #verdict: Verdict;
	readonly watch: Watch;
	/** The longest that a rank has asked for, in milliseconds. */
	#graceMs = 0;
	#over = false;

	constructor(records: readonly RankRecord[], { effects, continues, clock = SYSTEM_CLOCK }: JobOptions) {
		this.#records = records;
		this.#effects = effects;
		this.#clock = clock;
		this.#peers = new PeerNews(records, { tell: effects.tell, tellsFailures: continues });
		this.#verdict = new Verdict(records, {
			...{ clock, continues },
			isHopeless: () => this.#peers.hopeless,
			report: effects.report,
			terminate: effects.terminate,
			reported: (rank) => this.watch.moved(rank),
			ending: () => this.#checkOver(),
		});
		this.watch = new Watch(records, {
			clock,
			tell: effects.tell,
			deadlocked: (table) => {
				// A rank has failed and is about to be named, which explains why the others wait.
				if (firstFailure(records) !== undefined) return;
				this.end(1, { text: `deadlock: every rank waits, and no message is on its way\n${table}`.trimEnd() });
			},
		});
	}

	get exitCode(): number {
		return this.#verdict.exitCode;
	}

	/** Whether the ranks are being ended. */
	get ending(): boolean {
		return this.#verdict.isEnding;
	}

	/** Ends the job. The first reason gives the exit code; later ones are consequences. */
	end(exitCode: number, options: EndOptions = {}): void {
		this.#verdict.end(exitCode, options);
	}

	/**
	 * Tells rank 0 of a signal, if ranks have asked for time to finish after it, and rank 0 can still hear it.
	 *
	 * @returns That time in milliseconds, or undefined.
	 */
	tellSignal(signal: GraceSignal): number | undefined {
		const [first] = this.#records;
		if (this.#graceMs === 0 || this.ending || first === undefined || !isActive(first)) return undefined;
		this.#effects.tell(first.rank, { type: "signal", signal });
		return this.#graceMs;
	}

	receive(message: JobNews): void {
		if (message.type === "refused") {
			this.end(message.exitCode, { text: message.text });
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
				return;
			case "joined-twice": {
				const who = `a second process (pid ${message.pid})`;
				this.end(1, { text: `${nameOf(record)}: ${who} tried to join as the same rank` });
				return;
			}
			case "parted":
				this.#parted(record, message.atMs);
				return;
			case "exited": {
				const { code, signal, atMs, outOfMemory } = message;
				record.exit = { code, signal, atMs, outOfMemory };
				// Other exits are failures, which are reported.
				if (code === 0 || this.ending) this.#effects.note(`${nameOf(record)} ${causeOf(record).text}`);
				this.#departed(record);
				return;
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
				this.#peers.joined();
				this.#verdict.consider();
				return;
			case "abort":
				// Not at once: a rank often aborts because another one, whose end we are about to see, has died.
				record.abort = { code: message.code, reason: message.reason, atMs: this.#clock.now() };
				this.#verdict.consider();
				return;
			case "mismatch":
				this.end(1, { text: message.text });
				return;
			case "finalize":
				record.finalized = true;
				record.sent = message.sent;
				this.watch.moved(record.rank);
				this.#peers.finalized();
				return;
			case "grace":
				this.#graceMs = Math.max(this.#graceMs, message.seconds * 1000);
				this.#effects.tell(record.rank, { type: "graced" });
				return;
			case "leaving":
				record.sent = message.sent;
				record.lastOperations = message.operations;
				record.exitCalledAt = message.at;
				this.watch.moved(record.rank);
				return;
			case "broken": {
				const other = this.#records[message.rank];
				if (other !== undefined) this.#verdict.connectionEnded([record, other], message.text);
				return;
			}
			case "blocked":
				this.watch.blocked(record.rank, message);
				return;
			case "status":
				this.watch.answered(record.rank, message.query, message.operations);
		}
	}

	#parted(record: RankRecord, atMs: number): void {
		if (record.finalized) return;
		record.partedAtMs = atMs;
		this.#clock.after(DESERT_MS, () => {
			if (record.exit !== undefined || this.#over) return;
			record.deserted = true;
			this.#departed(record);
		});
	}

	/** Nothing more will be heard of the ranks of this host, not even their end. */
	#lost({ node, text, atMs }: Extract<JobNews, { type: "lost" }>): void {
		const ranks = this.#records.filter((record) => record.node === node && !record.drained);
		for (const record of ranks) {
			record.lost = { text, atMs };
			record.drained = true;
		}
		this.#verdict.hostLost(ranks);
		for (const record of ranks) this.#departed(record);
		this.#checkOver();
	}

	#departed(record: RankRecord): void {
		this.watch.moved(record.rank);
		this.#peers.left(record);
		this.#verdict.consider();
	}

	#checkOver(): void {
		if (this.#over) return;
		// A rank that has not been started when the job ends never will be.
		const unfinished = this.#records.some(
			({ pid, drained }) => !drained && !(pid === undefined && this.ending),
		);
		if (unfinished) return;
		this.#over = true;
		this.#verdict.close();
		this.#effects.over();
	}
}
