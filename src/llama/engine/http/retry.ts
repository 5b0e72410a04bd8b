import { setTimeout as delay } from "node:timers/promises";
import { StatusError } from "./client.ts";

/** How often and how fast something is tried again. */
export interface RetryOptions {
	/** Further attempts after the first one. */
	readonly retries: number;
	/** Before the first further attempt; before each one after it twice as long. */
	readonly backoffMs: number;
	/** Further attempts at most while nothing answers at all. @default as many as `retries` */
	readonly unanswered?: number;
}

export const RETRIES: RetryOptions = { retries: 5, backoffMs: 500 };

const LONGEST_BACKOFF_MS = 30_000;
/** Longest "Retry-After" that is obeyed. */
const LONGEST_RETRY_AFTER_MS = 600_000;
const TRANSIENT_STATUS = new Set([408, 409, 425, 429]);
const NOT_IMPLEMENTED = 501;
const TRANSIENT_CODES = new Set([
	...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT"],
	...["EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"],
]);

/** An answer that ended before it was complete. */
export class BrokenResponse extends Error {
	override get name(): string {
		return this.constructor.name;
	}
}

/** The same request may succeed a little later. */
export function isTransient(error: unknown): boolean {
	if (error instanceof BrokenResponse) return true;
	if (error instanceof StatusError) {
		return TRANSIENT_STATUS.has(error.status) || (error.status >= 500 && error.status !== NOT_IMPLEMENTED);
	}
	return error instanceof Error && "code" in error && TRANSIENT_CODES.has(String(error.code));
}

/** Further attempts after a failure. */
export function retriesAfter(error: unknown, { retries, unanswered = retries }: RetryOptions): number {
	if (!isTransient(error)) return 0;
	return error instanceof StatusError ? retries : Math.min(retries, unanswered);
}

/** How long to wait before the attempt after a failure: what the server asks for, else longer every time. */
export function waitMs(error: unknown, attempt: number, backoffMs: number, now = Date.now()): number {
	const asked = error instanceof StatusError ? error.headers["retry-after"] : undefined;
	const after = asked === undefined ? undefined : retryAfterMs(asked, now);
	if (after !== undefined) return Math.min(after, LONGEST_RETRY_AFTER_MS);
	// Spread at random, so that clients that were refused at the same time do not come back at the same time.
	const spread = 0.75 + Math.random() / 2;
	return Math.min(backoffMs * 2 ** attempt, LONGEST_BACKOFF_MS) * spread;
}

/** "Retry-After": seconds, or a date. */
function retryAfterMs(value: string, now: number): number | undefined {
	if (/^\d+(\.\d+)?$/.test(value.trim())) return Number(value) * 1000;
	const date = Date.parse(value);
	return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Does something again while it fails for a reason that may pass. Rejects with the last failure. */
export async function withRetries<T>(
	work: () => Promise<T>,
	options: RetryOptions,
	signal?: AbortSignal,
): Promise<T> {
	for (let attempt = 0; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			signal?.throwIfAborted();
			if (attempt >= retriesAfter(error, options)) throw error;
			await pause(waitMs(error, attempt, options.backoffMs), signal);
		}
	}
}

/** Waits; an abort rejects with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
	try {
		await delay(ms, undefined, signal === undefined ? {} : { signal });
	} catch (error) {
		signal?.throwIfAborted();
		throw error;
	}
}
