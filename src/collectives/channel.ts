/**
 * What a collective may use. Made anew for each call, so two calls that overlap never mix; messages from one rank
 * arrive in the order they were sent.
 */
export interface Channel {
	/** Own rank, 0 to size-1. */
	readonly rank: number;
	readonly size: number;
	/** Resolves once the value's memory may be reused. */
	readonly send: (value: unknown, dest: number) => Promise<void>;
	/** The next value of this call from `source`: equal to what was sent, typed arrays as fresh memory. */
	readonly recv: (source: number) => Promise<unknown>;
}
