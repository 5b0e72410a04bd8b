import type { RankToAgent } from "../../src/control/messages.ts";

/** Every type of message that a rank may send. A table, so that a new message cannot be forgotten here. */
const TYPES: Readonly<Record<RankToAgent["type"], true>> = {
	hello: true,
	abort: true,
	finalize: true,
	grace: true,
	blocked: true,
	status: true,
	leaving: true,
	mismatch: true,
	broken: true,
};

/**
 * Whether a value is a rank's message, by its type alone: a rank is trusted to fill in the fields, and noise from
 * somebody else must not get further than this.
 */
export function isRankMessage(value: unknown): value is RankToAgent {
	return (
		typeof value === "object" &&
		value !== null &&
		"type" in value &&
		typeof value.type === "string" &&
		Object.hasOwn(TYPES, value.type)
	);
}
