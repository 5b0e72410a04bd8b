import { ANY_SOURCE } from "../../base/constants.ts";
import { ProcessFailedError } from "../../base/errors.ts";
import type { Context } from "../context/context.ts";
import type { Peers } from "../flow/peers.ts";
import type { Departure } from "./departures.ts";

/** What the end of a rank has to reach of this one. */
export interface Reach {
	/** Own world rank. */
	readonly self: number;
	readonly peers: Peers;
	readonly contexts: Iterable<Context>;
	/** Whether a world rank is gone. */
	readonly isGone: (rank: number) => boolean;
}

/** Ends all that waits for a rank that is gone, once everything that it had sent is here. */
export function endWaitsFor(gone: Departure, { self, peers, contexts, isGone }: Reach): void {
	const { rank, cause, failed } = gone;
	const error = (action: string) => new ProcessFailedError(action, rank, cause);
	peers.depart(rank, error);
	for (const context of contexts) {
		if (context.rankOf(rank) < 0) continue;
		// Without any other member nothing can come any more, from whomever.
		const alone = context.members.every((member) => member === self || isGone(member));
		const unacknowledged = failed && !context.acknowledged.has(rank);
		endReceives(context, rank, { wildcards: alone || unacknowledged, error });
		endCalls(context, gone, error);
		context.agreements.depart();
	}
}

function endReceives(
	{ matching }: Context,
	rank: number,
	options: { readonly wildcards: boolean; readonly error: (action: string) => Error },
): void {
	const { wildcards, error } = options;
	matching.depart(rank);
	matching.reject(
		({ source }) => source === rank || (source === ANY_SOURCE && wildcards),
		() => error("receive"),
	);
}

function endCalls({ calls }: Context, { rank, failed }: Departure, error: (action: string) => Error): void {
	for (const call of [...calls.active]) {
		// Without one that failed, no rank can be sure that its call ends: others may have given it up.
		if (failed) call.fail(error("go on with a collective"));
		else call.depart(rank, () => error("go on with a collective"));
	}
}
