import { RevokedError } from "../base/errors.ts";
import { FrameType } from "../wire/envelope.ts";
import type { Context } from "./context.ts";
import type { Intake } from "./intake.ts";
import type { Outbox } from "./outbox.ts";

/** What a revocation has to reach of this rank. */
export interface Reach {
	/** To the members that are not gone. */
	readonly others: readonly Outbox[];
	/** To and from everybody. */
	readonly outboxes: readonly (Outbox | undefined)[];
	readonly intakes: readonly (Intake | undefined)[];
}

/**
 * Ends all that waits on a communicator, here and on its other members: each tells all others when it hears of it first,
 * so that they hear of it even if the rank that began dies while it tells them. They are told before anything else
 * goes to them, such as the request for a payload that only makes room here.
 */
export function revoke(context: Context, { others, outboxes, intakes }: Reach): void {
	const error = (action: string) => new RevokedError(action, context.name);
	const header = { context: context.id, operation: 0, tag: 0, root: -1 };
	context.revoked = true;
	for (const outbox of others) outbox.notify(FrameType.REVOKE, header, undefined);
	context.matching.reject(
		() => true,
		() => error("receive"),
	);
	// "Hear", because the others need not be told one by one.
	for (const call of [...context.calls.active]) call.hear(error("go on with a collective"));
	for (const outbox of outboxes) outbox?.revoke(context.id, () => error("send"));
	for (const intake of intakes) intake?.revoke(context.id, () => error("receive"));
}
