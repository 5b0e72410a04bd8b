import type { Counts, PendingOperation } from "../../../src/control/messages.ts";

/** What a rank is doing, as far as the analysis cares. */
export type Activity =
	/** It may still do something by itself. */
	| { readonly rank: number; readonly state: "running" }
	| {
			readonly rank: number;
			readonly state: "blocked";
			readonly operations: readonly PendingOperation[];
			readonly sent: Counts;
			readonly received: Counts;
			/** Ranks of which it knows that nothing comes from them any more. */
			readonly gone: readonly number[];
	  }
	/** It needs nobody any more. */
	| { readonly rank: number; readonly state: "finalized"; readonly sent: Counts | undefined }
	/** It has left or died: its messages have arrived, or never will, where that is known. */
	| { readonly rank: number; readonly state: "gone" };

/**
 * Whether the job can never go on: nobody runs, somebody waits, and every message that was sent has been received.
 *
 * Reports of different moments are enough. Suppose one rank was woken after its report, and take the first such: its
 * message was sent before the sender's own report, so that report counts it, while the woken rank's does not. If it was
 * woken by the end of another rank, its report does not know of that end yet.
 */
export function isDeadlock(activities: readonly Activity[]): boolean {
	const blocked = activities.filter((each) => each.state === "blocked");
	if (blocked.length === 0 || activities.some(({ state }) => state === "running")) return false;
	return blocked.every((reader) => {
		const received = new Map(reader.received);
		return activities.every((sender) => {
			if (sender.state === "gone") return reader.gone.includes(sender.rank);
			if (sender.state === "running" || sender.sent === undefined) return false;
			return countFor(sender.sent, reader.rank) === (received.get(sender.rank) ?? 0);
		});
	});
}

function countFor(counts: Counts, rank: number): number {
	return counts.find(([peer]) => peer === rank)?.[1] ?? 0;
}

/** Ranks that wait for each other in a circle, if there is one: [0, 1] is "0 waits for 1, 1 waits for 0". */
export function findCycle(activities: readonly Activity[]): number[] | undefined {
	const waitsFor = new Map<number, readonly number[]>();
	for (const activity of activities) {
		if (activity.state !== "blocked") continue;
		waitsFor.set(activity.rank, [...new Set(activity.operations.flatMap(({ peers }) => peers))]);
	}
	const finished = new Set<number>();
	for (const start of waitsFor.keys()) {
		const cycle = walk(start, waitsFor, finished);
		if (cycle !== undefined) return cycle;
	}
	return undefined;
}

/** Depth first from one rank, with a stack of its own: a chain may be thousands of ranks long. */
function walk(
	start: number,
	waitsFor: ReadonlyMap<number, readonly number[]>,
	finished: Set<number>,
): number[] | undefined {
	const path: { rank: number; next: number }[] = [];
	const enter = (rank: number) => path.push({ rank, next: 0 });
	if (!finished.has(start)) enter(start);
	for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
		const peer = waitsFor.get(top.rank)?.[top.next++];
		if (peer === undefined) {
			finished.add(top.rank);
			path.pop();
			continue;
		}
		const at = path.findIndex(({ rank }) => rank === peer);
		if (at >= 0) return path.slice(at).map(({ rank }) => rank);
		if (waitsFor.has(peer) && !finished.has(peer)) enter(peer);
	}
	return undefined;
}

/** The circle in words. */
export function cycleText(cycle: readonly number[]): string {
	return cycle
		.map((rank, index) => `rank ${rank} waits for rank ${cycle[(index + 1) % cycle.length] ?? rank}`)
		.join(", ");
}
