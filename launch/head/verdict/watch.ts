import type { Clock } from "../../../src/base/clock.ts";
import type { AgentToRank, PendingOperation, RankToAgent } from "../../../src/control/messages.ts";
import { type Activity, cycleText, findCycle, isDeadlock } from "./deadlock.ts";
import { isActive, isGone, type RankRecord } from "./rank-record.ts";
import { type TableEntry, waitingTable } from "./waiting-table.ts";

type Blocked = Extract<RankToAgent, { type: "blocked" }>;
type Replies = Map<number, readonly PendingOperation[]>;

interface Query {
	readonly open: Set<number>;
	readonly answers: Replies;
	readonly finish: () => void;
}

/** How long a rank may take to confirm that it still waits. */
export const CONFIRM_MS = 2000;

/** What a watch needs from the job around it. */
export interface WatchOptions {
	readonly clock: Clock;
	readonly tell: (rank: number, message: AgentToRank) => void;
	/** The ranks wait for ever; with the table of what they wait for. */
	readonly deadlocked: (report: string) => void;
}

/** Knows what the ranks wait for, and notices when they wait for ever. */
export class Watch {
	readonly #records: readonly RankRecord[];
	readonly #options: WatchOptions;
	readonly #reports = new Map<number, Blocked>();
	readonly #queries = new Map<number, Query>();
	/** Counts everything that ranks say about what they do: a verdict holds only if it has not changed. */
	#generation = 0;
	#lastQuery = 0;
	#confirming = false;

	constructor(records: readonly RankRecord[], options: WatchOptions) {
		this.#records = records;
		this.#options = options;
	}

	blocked(rank: number, report: Blocked): void {
		this.#generation++;
		this.#reports.set(rank, report);
		void this.#check();
	}

	/** A rank has done something else, or has left. */
	moved(rank: number): void {
		this.#generation++;
		this.#reports.delete(rank);
		for (const query of this.#queries.values()) this.#answer(query, rank, undefined);
		void this.#check();
	}

	answered(rank: number, id: number, operations: readonly PendingOperation[]): void {
		const query = this.#queries.get(id);
		if (query !== undefined) this.#answer(query, rank, operations);
	}

	/** Asks all ranks what they wait for; those that do not answer in time compute, or are stopped. */
	async table(limitMs: number): Promise<string> {
		const answers = await this.#query(limitMs);
		return waitingTable(this.#records.map((record) => tableEntry(record, answers.get(record.rank))));
	}

	async #check(): Promise<void> {
		if (this.#confirming || !isDeadlock(this.#activities())) return;
		// Asked once more: a message from us (a rank has left) may have woken somebody after the report.
		this.#confirming = true;
		const generation = this.#generation;
		const answers = await this.#query(CONFIRM_MS);
		this.#confirming = false;
		const activities = this.#activities();
		if (generation !== this.#generation) {
			void this.#check();
			return;
		}
		if (![...this.#reports.keys()].every((rank) => (answers.get(rank)?.length ?? 0) > 0)) return;
		const cycle = findCycle(activities);
		const table = waitingTable(this.#records.map((record) => tableEntry(record, answers.get(record.rank))));
		this.#options.deadlocked(`${table}${cycle === undefined ? "" : `  ${cycleText(cycle)}\n`}`);
	}

	#activities(): Activity[] {
		return this.#records.map((record): Activity => {
			const { rank, sent } = record;
			if (isGone(record)) return { rank, state: "gone" };
			if (record.finalized) return { rank, state: "finalized", sent };
			const report = this.#reports.get(rank);
			if (report === undefined) return { rank, state: "running" };
			const { operations, received, gone } = report;
			return { rank, state: "blocked", operations, sent: report.sent, received, gone };
		});
	}

	#query(limitMs: number): Promise<Replies> {
		const id = ++this.#lastQuery;
		const open = new Set(
			this.#records.filter((record) => record.peer !== undefined && isActive(record)).map(({ rank }) => rank),
		);
		const answers: Replies = new Map();
		if (open.size === 0) return Promise.resolve(answers);
		return new Promise((resolve) => {
			const finish = () => {
				cancel();
				this.#queries.delete(id);
				resolve(answers);
			};
			const cancel = this.#options.clock.after(limitMs, finish);
			this.#queries.set(id, { open, answers, finish });
			for (const rank of open) this.#options.tell(rank, { type: "query", query: id });
		});
	}

	#answer(query: Query, rank: number, operations: readonly PendingOperation[] | undefined): void {
		if (operations === undefined) {
			const record = this.#records[rank];
			if (record !== undefined && isActive(record)) return;
		} else query.answers.set(rank, operations);
		if (query.open.delete(rank) && query.open.size === 0) query.finish();
	}
}

function tableEntry(record: RankRecord, answer: readonly PendingOperation[] | undefined): TableEntry {
	const { rank } = record;
	const state = () => {
		if (isGone(record)) return "has left";
		if (record.finalized) return "has finalized";
		if (record.peer === undefined) return record.pid === undefined ? "has not started" : "has not joined";
		return answer === undefined ? "does not answer: it computes or is stopped" : "waits for nobody";
	};
	return { rank, operations: isActive(record) ? (answer ?? []) : [], state: state() };
}
