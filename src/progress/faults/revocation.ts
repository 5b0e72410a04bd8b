import { RevokedError } from "../../base/errors.ts";
import { FrameType, pointToPoint } from "../../wire/envelope.ts";
import type { Context } from "../context/context.ts";
import type { Peers } from "../flow/peers.ts";

/**
 * Ends all that waits on a communicator, here and on its other members: each tells all others when it hears of it first,
 * so that they hear of it even if the rank that began dies while it tells them. They are told before anything else
 * goes to them, such as the request for a payload that only makes room here.
 *
 * @param others World ranks of the members that are not gone.
 */
export function revoke(context: Context, peers: Peers, others: readonly number[]): void {
	if (context.revoked) return;
	for (const rank of others) {
		peers.outbox(rank).notify(FrameType.REVOKE, pointToPoint(context.id, 0), undefined);
	}
	context.revoke();
	peers.revoke(context.id, (action) => new RevokedError(action, context.name));
	peers.discard(context.drain());
}
