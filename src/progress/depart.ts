import { ANY_SOURCE } from "../base/constants.ts";
import { ProcessFailedError } from "../base/errors.ts";
import type { Context } from "./context.ts";
import type { Departure } from "./departures.ts";
import type { Intake } from "./intake.ts";
import type { Outbox } from "./outbox.ts";

/** What the end of a rank has to reach of this one. */
export interface Left {
	/** Own world rank. */
	readonly self: number;
	/** To and from the rank that is gone. */
	readonly outbox: Outbox | undefined;
	readonly intake: Intake | undefined;
	readonly contexts: Iterable<Context>;
	/** Whether a world rank is gone. */
	readonly isGone: (rank: number) => boolean;
}

/** Ends all that needs a rank that is gone, once everything that it had sent is here. */
export function depart(gone: Departure, { self, outbox, intake, contexts, isGone }: Left): void {
	const { rank, cause } = gone;
	const error = (action: string) => new ProcessFailedError(action, rank, cause);
	outbox?.fail(() => error(`send to rank ${rank}`));
	intake?.fail(() => error(`receive from rank ${rank}`));
	for (const context of contexts) {
		if (context.rankOf(rank) < 0) continue;
		const alone = context.members.every((member) => member === self || isGone(member));
		departFrom(context, gone, alone, error);
	}
}

/** @param alone Every other member is gone as well: nothing can come any more, from whomever. */
function departFrom(
	context: Context,
	{ rank, failed }: Departure,
	alone: boolean,
	error: (action: string) => Error,
): void {
	const news = failed && !context.acknowledged.has(rank);
	context.matching.depart(rank);
	context.matching.reject(
		(posted) => posted.source === rank || (posted.source === ANY_SOURCE && (news || alone)),
		() => error("receive"),
	);
	for (const call of [...context.calls.active]) {
		// Without one that failed, no rank can be sure that its call ends: others may have given it up.
		if (failed) call.fail(error("go on with a collective"));
		else call.depart(rank, () => error("go on with a collective"));
	}
	context.agreements?.depart();
}
