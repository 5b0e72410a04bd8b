/** Why a request was not taken. A list, so that nobody outside can make series without end. */
export const REFUSALS = [
	"invalid",
	"unauthorized",
	"not_found",
	"too_large",
	"queue_full",
	"loading",
	"draining",
	"deadline",
	"no_engine",
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Why a request that was taken came to nothing. */
export const FAILURES = ["deadline", "engine_died", "no_engine", "interrupted", "internal"] as const;
export type FailureReason = (typeof FAILURES)[number];

/** What ended an answer well. */
export const FINISHES = ["stop", "length", "tool_calls"] as const;
export type Finish = (typeof FINISHES)[number];

/** A request whose answer has ended. All times are milliseconds of one clock of the process that counts. */
export interface EndedFacts {
	/** The rank that answered. */
	readonly rank: number;
	/** "abort": nobody waited for its end; its tokens count, it is no success and no failure. */
	readonly finishReason: Finish | "abort";
	/** When it came in. */
	readonly arrivedMs: number;
	/** When it was handed to the rank. */
	readonly assignedMs: number;
	/** When its first token came. @default not known: its prefill and decoding are not told apart */
	readonly firstTokenMs?: number | undefined;
	readonly endMs: number;
	readonly usage: {
		readonly promptTokens: number;
		readonly cachedTokens: number;
		readonly completionTokens: number;
	};
	/** Of its generated tokens, those that were counted as they came. @default 0 */
	readonly toldTokens?: number;
	/** Most tokens that it allowed. @default it set no bound */
	readonly maxTokens?: number | undefined;
	/** Choices that it asked for. */
	readonly n: number;
}

/** A rank as it is now. */
export interface RankState {
	readonly rank: number;
	/** Requests that run on it. */
	readonly running: number;
	/** Requests that it has beyond those. */
	readonly waiting: number;
	readonly slots: number;
	/** Whether it takes requests. */
	readonly up: boolean;
}

/** What is only known when somebody looks. */
export interface MetricsSource {
	/** Every rank that there is or was. */
	ranks(): Iterable<RankState>;
	/** Requests that no rank has yet. */
	queued(): number;
	/** Prompt tokens of those, as far as they are known. */
	queuedTokens(): number;
	/** Connections of clients. */
	connections(): number;
}
