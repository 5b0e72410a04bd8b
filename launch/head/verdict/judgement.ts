import { constants } from "node:os";
import type { FailureCause } from "../../../src/base/errors.ts";
import { exitText } from "../../../src/base/process/exit-text.ts";
import { isActive, isGone, type RankRecord } from "./rank-record.ts";
import { operationsText } from "./waiting-table.ts";

/** A rank that failed: what tsmpirun says about it, and the exit code that follows. */
export interface RankFailure {
	readonly record: RankRecord;
	readonly text: string;
	readonly exitCode: number;
}

/** A death by signal that is noticed up to this much later than another rank's failure may still be the cause of it. */
export const SAME_MOMENT_MS = 20;

/** The first rank that has failed and has not been reported yet. */
export function firstFailure(records: readonly RankRecord[]): RankFailure | undefined {
	const failed = records.flatMap((record) => {
		const failure = record.reported ? undefined : judge(record, records);
		return failure === undefined ? [] : [failure];
	});
	const earliest = Math.min(...failed.map(({ record }) => departure(record)));
	const first = failed.filter(({ record }) => departure(record) <= earliest + SAME_MOMENT_MS);
	first.sort((a, b) => departure(a.record) - departure(b.record));
	return first.find(({ record }) => record.exit?.signal) ?? first[0];
}

function departure({ partedAtMs, exit, abort, lost }: RankRecord): number {
	const never = Number.POSITIVE_INFINITY;
	return Math.min(partedAtMs ?? never, exit?.atMs ?? never, abort?.atMs ?? never, lost?.atMs ?? never);
}

/** Whether a rank's departure is a failure. */
function judge(record: RankRecord, records: readonly RankRecord[]): RankFailure | undefined {
	const { exit, abort } = record;
	if (abort !== undefined) {
		const why = abort.reason === "" ? "" : `: ${abort.reason}`;
		return { record, text: `called abort(${abort.code})${why}`, exitCode: abortCode(abort.code) };
	}
	if (!isGone(record)) return undefined;
	if (record.lost !== undefined && exit === undefined) return { record, text: record.lost.text, exitCode: 1 };
	const cause = causeOf(record);
	const code = exitCodeOf(record);
	const waited = waitedText(record);
	if (exit?.signal) {
		const hint = exit.outOfMemory ? " (the kernel's OOM killer was at work: out of memory?)" : "";
		return { record, text: `${cause.text}${hint}${waited}`, exitCode: code };
	}
	const others = records.filter((other) => other !== record && other.peer !== undefined && isActive(other));
	if (record.peer === undefined) {
		if (others.length > 0) {
			const number = others.length === 1 ? "1 rank waits" : `${others.length} ranks wait`;
			const how = code === 0 ? "exited" : cause.text;
			return { record, text: `${how} before joining the job while ${number} for it`, exitCode: code || 1 };
		}
	} else if (!record.finalized && code === 0 && others.length > 0) {
		const number = others.length === 1 ? "1 rank" : `${others.length} ranks`;
		return {
			record,
			text: `${cause.text} without finalize while ${number} still needed it${waited}`,
			exitCode: 1,
		};
	}
	if (code === 0) return undefined;
	return { record, text: `${cause.text}${waited}`, exitCode: code };
}

/** What a rank that left could still say about it. */
function waitedText({ lastOperations, exitCalledAt }: RankRecord): string {
	const waited = lastOperations.length === 0 ? "" : `; it was waiting in ${operationsText(lastOperations)}`;
	return exitCalledAt === undefined ? waited : `${waited}; process.exit was called at ${exitCalledAt}`;
}

function exitCodeOf({ exit }: RankRecord): number {
	if (exit?.signal) return 128 + (signalNumber(exit.signal) ?? 0);
	return exit?.code ?? 0;
}

function signalNumber(name: string): number | undefined {
	return Object.entries(constants.signals).find(([signal]) => signal === name)?.[1];
}

/** Why a rank is gone, as the other ranks are told. */
export function causeOf({ exit, host, lost }: RankRecord): FailureCause {
	if (lost !== undefined && exit === undefined) return { text: `was lost with host ${host}: ${lost.text}` };
	if (exit === undefined) return { text: "closed its connection to the job" };
	const { code, signal } = exit;
	const text = exitText({ code: code ?? 0, signal });
	return signal === null ? { exitCode: code ?? 0, text } : { signal, text };
}

/** The exit code of tsmpirun after abort(code): never 0, at most 255. */
export function abortCode(code: number): number {
	if (!Number.isInteger(code) || code < 0 || code > 255) return 255;
	return code === 0 ? 1 : code;
}
