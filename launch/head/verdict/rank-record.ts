import type { Counts, Peer, PendingOperation } from "../../../src/control/messages.ts";

/** All that the head knows about one rank. */
export interface RankRecord {
	readonly rank: number;
	readonly host: string;
	readonly node: number;
	pid: number | undefined;
	/** Its hello, as the others see it. */
	peer: Peer | undefined;
	/** It needs nobody any more. */
	finalized: boolean;
	/** Messages that it has sent, as it said when it finalized or left. */
	sent: Counts | undefined;
	/** What it was waiting for when it left. */
	lastOperations: readonly PendingOperation[];
	/** file:line that called process.exit, if it told so. */
	exitCalledAt: string | undefined;
	/** When its control connection ended without a finalize. */
	partedAtMs: number | undefined;
	/** It has parted and lives on: it does not take part any more. */
	deserted: boolean;
	/** It has called abort. */
	abort: { readonly code: number; readonly reason: string; readonly atMs: number } | undefined;
	exit: Exit | undefined;
	/** Its host is lost, and how: nothing more will be known of it. */
	lost: { readonly text: string; readonly atMs: number } | undefined;
	/** Its output is complete. */
	drained: boolean;
	/** Its failure has been told to the user. */
	reported: boolean;
}

/** How its process ended. */
export interface Exit {
	readonly code: number | null;
	readonly signal: string | null;
	readonly atMs: number;
	readonly outOfMemory: boolean;
}

/** The record of a rank that has not been started. */
export function newRecord(place: Pick<RankRecord, "rank" | "host" | "node">): RankRecord {
	return {
		...place,
		pid: undefined,
		peer: undefined,
		finalized: false,
		sent: undefined,
		lastOperations: [],
		exitCalledAt: undefined,
		partedAtMs: undefined,
		deserted: false,
		abort: undefined,
		exit: undefined,
		lost: undefined,
		drained: false,
		reported: false,
	};
}

/** Whether a rank has left the job, by its end, by closing its connection, or with its host. */
export function isGone(record: RankRecord): boolean {
	return record.exit !== undefined || record.deserted || record.lost !== undefined;
}

/** Whether a rank still takes part: others may wait for it, and it may wait for others. */
export function isActive(record: RankRecord): boolean {
	return !isGone(record) && !record.finalized;
}

/** A rank as messages name it. */
export function nameOf({ rank, host, pid }: RankRecord): string {
	return `rank ${rank} (host ${host}${pid === undefined ? "" : `, pid ${pid}`})`;
}
