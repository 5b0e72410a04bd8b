import type { PendingOperation } from "../../../src/control/messages.ts";

/** What one rank is doing, for the table. */
export interface TableEntry {
	readonly rank: number;
	/** What it waits in; without any, `state` says what it does. */
	readonly operations: readonly PendingOperation[];
	readonly state: string;
}

const HEADINGS = ["rank", "operation", "waits for", "tag", "communicator", "since", "at"];

/** The table of what each rank waits for: --timeout, SIGQUIT and the deadlock report show it. */
export function waitingTable(entries: readonly TableEntry[]): string {
	const rows = entries.flatMap(({ rank, operations, state }) =>
		operations.length === 0
			? [[`${rank}`, state, "", "", "", "", ""]]
			: operations.map((operation) => [`${rank}`, ...operationCells(operation)]),
	);
	const all = [HEADINGS, ...rows];
	const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
	const line = (row: readonly string[]) =>
		`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
	return `${all.map(line).join("\n")}\n`;
}

function operationCells(operation: PendingOperation): string[] {
	const { peers, tag, communicator, sinceMs, at, detail } = operation;
	return [
		detail === undefined ? operation.operation : `${operation.operation} (${detail})`,
		peers.length === 0 ? "any rank" : rankList(peers),
		tag === undefined ? "" : tag < 0 ? "any" : `${tag}`,
		communicator,
		`${(sinceMs / 1000).toFixed(1)} s`,
		at ?? "",
	];
}

/** "rank 1", "ranks 1, 3". */
export function rankList(ranks: readonly number[]): string {
	return `rank${ranks.length === 1 ? "" : "s"} ${ranks.join(", ")}`;
}

/** Operations in a sentence: "recv from rank 0 with tag 7 at prog.js:12". */
export function operationsText(operations: readonly PendingOperation[]): string {
	return operations
		.map(({ operation, peers, tag, at }) => {
			const who = peers.length === 0 ? "" : ` with ${rankList(peers)}`;
			const which = tag === undefined || tag < 0 ? "" : `, tag ${tag}`;
			return `${operation}${who}${which}${at === undefined ? "" : ` at ${at}`}`;
		})
		.join(" and ");
}
