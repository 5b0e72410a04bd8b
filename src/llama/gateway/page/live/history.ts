import type { Scrape } from "./scrape.ts";

/** Seconds that the charts show. */
export const SHOWN = 300;
/** Seconds over which rates are taken. */
const RATE = 10;
/** Seconds over which quantiles and shares are taken. */
const SHARE = 60;
const START = "process_start_time_seconds";

/** What /metrics said in the last minute. */
export class History {
	#scrapes: readonly Scrape[] = [];

	get last(): Scrape | undefined {
		return this.#scrapes.at(-1);
	}

	/** The reading against which rates are taken; undefined where there is none yet. */
	get forRates(): Scrape | undefined {
		return this.#before(RATE);
	}

	/** The reading against which quantiles and shares are taken. */
	get forShares(): Scrape | undefined {
		return this.#before(SHARE);
	}

	/** Returns whether the server is another one than before: what it counts has begun anew. */
	add(scrape: Scrape): boolean {
		const { last } = this;
		const isAnother = last !== undefined && scrape.sum(START) !== last.sum(START);
		const kept = isAnother ? [] : this.#scrapes.filter(({ at }) => at >= scrape.at - SHARE - 1);
		this.#scrapes = [...kept, scrape];
		return isAnother;
	}

	/** The latest that is so old, or else the oldest. */
	#before(seconds: number): Scrape | undefined {
		const { last } = this;
		if (last === undefined) return undefined;
		const found = this.#scrapes.findLast(({ at }) => at <= last.at - seconds) ?? this.#scrapes[0];
		return found === last ? undefined : found;
	}
}

/** How much a counter grew per second between two readings; undefined where there is but one. */
export function rate(
	before: Scrape | undefined,
	after: Scrape,
	name: string,
	rank?: number,
): number | undefined {
	if (before === undefined) return undefined;
	// A rank that was lost and came back counts from nought.
	return Math.max(0, after.sum(name, rank) - before.sum(name, rank)) / (after.at - before.at);
}
