import type { Failure, FailureCode } from "../../openai/failure.ts";

/** How a request of a load tool failed, as its client saw it. */
export type ClientFailureCode =
	/** The server answered with this status. */
	| `http_${number}`
	/** A stream ended, or its connection broke, before the answer did. */
	| "broken_stream"
	/** A stream said that the request had failed. */
	| "error_event"
	/** No connection, or one that gave no answer. */
	| "no_connection"
	/** What came is no answer. */
	| "invalid_answer";

/** Failures of one kind. */
export interface FailureCount {
	/** What kind of failure. */
	readonly code: FailureCode | ClientFailureCode;
	/** The field of the requests that is to blame, if one is; to a load tool, what the server calls the failure. */
	readonly param?: string;
	/** How many requests failed so. */
	readonly count: number;
	/** What was said of the first of them, cut where it is long. */
	readonly reason: string;
	/** The first line of the input that failed so, for lines that were not run. */
	readonly line?: number;
}

/** A failure, and the line of the input that it is about. */
export interface LocatedFailure extends Failure {
	readonly number?: number | undefined;
}

/** Whatever can be counted as a failure. */
export interface CountedFailure extends Omit<LocatedFailure, "code"> {
	readonly code: FailureCode | ClientFailureCode;
}

/** Kinds that are told apart by their field. A file can have a field of another name in every line. */
const MOST_PARAMS = 100;
/** A reason may quote the request that it is about. */
const MOST_CHARACTERS = 400;

/** Counts failures by what they have in common, in memory that does not grow with their number. */
export class FailureCounts {
	readonly #counts = new Map<string, FailureCount>();
	#total = 0;

	/** All failures together. */
	get total(): number {
		return this.#total;
	}

	/** Counts a failure. */
	add({ code, message, param, number }: CountedFailure): void {
		this.merge({
			...{ code, count: 1, reason: cut(message) },
			...(param === undefined ? {} : { param: cut(param) }),
			...(number === undefined ? {} : { line: number }),
		});
	}

	/** Counts what has been counted elsewhere. */
	merge(failures: FailureCount): void {
		this.#total += failures.count;
		const { code, param } = failures;
		const known = this.#counts.get(keyOf(code, param));
		const isOneTooMany = known === undefined && param !== undefined && this.#counts.size >= MOST_PARAMS;
		const added = isOneTooMany ? nameless(failures) : failures;
		const key = keyOf(code, added.param);
		this.#counts.set(key, joined(this.#counts.get(key), added));
	}

	/** The most frequent first. */
	toData(): FailureCount[] {
		return [...this.#counts.values()].sort((a, b) => b.count - a.count);
	}
}

function keyOf(code: string, param: string | undefined): string {
	return param === undefined ? code : `${code} ${param}`;
}

/** Counted with those that no field is to blame for. */
function nameless({ param: _, ...rest }: FailureCount): FailureCount {
	return rest;
}

/** The example is that of the lower line, or the one that was there. */
function joined(known: FailureCount | undefined, added: FailureCount): FailureCount {
	if (known === undefined) return added;
	const isFirst = (added.line ?? Number.POSITIVE_INFINITY) < (known.line ?? Number.POSITIVE_INFINITY);
	return { ...(isFirst ? added : known), count: known.count + added.count };
}

function cut(text: string): string {
	return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}...`;
}
