import type { Piece } from "../../dispatch/messages.ts";
import type { Answer } from "../../openai/answer.ts";
import type { Failure } from "../../openai/failure.ts";
import type { Task } from "../../openai/task.ts";

/** What a client asks the ranks for. */
export interface Call {
	/** What an engine is to do. */
	readonly task: Task;
	/** A higher one goes first. */
	readonly priority: number;
	/** When the request came in, on `performance.now()`. */
	readonly arrivedMs: number;
	/** When the client wants no answer any more, on the same clock. @default never */
	readonly deadlineMs?: number | undefined;
	/** What it is called in traces, metrics and the log. */
	readonly label: CallLabel;
	/** Called whenever a rank is given the call: a second time where the first one died. */
	readonly onAssigned?: (() => void) | undefined;
	/** Called with each piece; without it the answer comes whole. */
	readonly onPiece?: ((piece: Piece) => void) | undefined;
	/** Called exactly once, when nothing more will come. */
	readonly onEnd: (end: CallEnd) => Promise<void> | undefined;
}

/** What a call is for whoever watches. */
export interface CallLabel {
	/** The id of the HTTP request. */
	readonly id: string;
	/** The path of the API. */
	readonly kind: string;
	/** The model's name in the answer. */
	readonly model: string;
	readonly stream: boolean;
	/** The span of the HTTP request, if there are traces. */
	readonly trace?: unknown;
}

/** A rank's turn at a call. */
export interface Attempt {
	readonly rank: number;
	readonly assignedMs: number;
	/** Its first piece. */
	firstMs?: number;
	/** When it ended, well or not. */
	endMs?: number;
	/** How it went wrong; undefined while it runs, or where it went well. */
	failure?: Failure;
}

/** What happened to a call on its way, for metrics, traces and the log. Times are of `performance.now()`. */
export interface CallFacts {
	readonly arrivedMs: number;
	/** Each rank that had it, in turn. */
	readonly attempts: readonly Attempt[];
	/** Of the pieces that were passed on. */
	readonly firstMs: number | undefined;
	readonly lastMs: number | undefined;
	readonly endMs: number;
	/** Tokens of the pieces that were passed on, as far as they were told; else one for each piece. */
	readonly tokens: number;
	/** How often its text went on on another rank. */
	readonly continued: number;
}

/** How a call ended. */
export type CallEnd =
	| { readonly answer: Answer; readonly failure?: undefined; readonly facts: CallFacts }
	| {
			readonly answer?: undefined;
			readonly failure: Failure;
			/** How long to wait before another try is worth it. */
			readonly retryAfterMs?: number | undefined;
			readonly facts: CallFacts;
	  };
