import { ANY_SOURCE, PROC_NULL } from "../../base/constants.ts";
import { type MpiError, ProcessFailedError } from "../../base/errors.ts";
import type { Context } from "../../progress/context/context.ts";
import type { Arrival } from "../../progress/matching/arrival.ts";
import type { Progress } from "../../progress/progress.ts";
import type { Status } from "../api/message.ts";

/** What the operations of one communicator work with. */
export interface CommCore {
	readonly progress: Progress;
	readonly context: Context;
	/** Own rank in the communicator. */
	readonly rank: number;
	/** Number of ranks in the communicator. */
	readonly size: number;
}

export function coreOf(progress: Progress, context: Context): CommCore {
	return { progress, context, rank: context.rankOf(progress.rank), size: context.members.length };
}

/** World rank of a rank of the communicator; ANY_SOURCE and PROC_NULL stay. */
export function toWorld({ context }: CommCore, rank: number): number {
	return rank === ANY_SOURCE || rank === PROC_NULL ? rank : (context.members[rank] as number);
}

/** What the user is told of a message. */
export function statusOf({ context }: CommCore, arrival: Arrival): Status {
	return { source: context.rankOf(arrival.source), tag: arrival.tag, byteLength: arrival.size };
}

/**
 * The error for a receive or probe that nobody can answer any more, if that is so: its source is gone, or, for a
 * wildcard, a member has failed and is not acknowledged, or every other member is gone.
 *
 * @param world World rank or ANY_SOURCE.
 */
export function goneError(core: CommCore, action: string, world: number): MpiError | undefined {
	const { departures } = core.progress;
	if (departures.none) return undefined;
	if (world !== ANY_SOURCE) {
		const gone = departures.get(world);
		return gone === undefined ? undefined : new ProcessFailedError(action, world, gone.cause);
	}
	const { members, acknowledged } = core.context;
	const gone = members.map((member) => departures.get(member)).filter((departure) => departure !== undefined);
	const worst =
		gone.find(({ rank, failed }) => failed && !acknowledged.has(rank)) ??
		(gone.length >= core.size - 1 ? gone[0] : undefined);
	return worst === undefined ? undefined : new ProcessFailedError(action, worst.rank, worst.cause);
}
