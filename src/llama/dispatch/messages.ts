import type { TokenLogprob } from "../engine/sampling.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import type { Answer } from "../openai/answer.ts";
import type { Failure } from "../openai/failure.ts";
import type { Task } from "../openai/task.ts";

/** A request for a rank. */
export interface Order {
	readonly id: number;
	readonly task: Task;
	/** How often the rank's engine had died, as far as rank 0 knew: an order from before a death is void. */
	readonly epoch: number;
	/** When the request was due, on rank 0's clock in milliseconds; its latency counts from there. */
	readonly dueMs?: number;
	/** Its text is wanted in pieces, as they are generated. */
	readonly pieces?: true;
}

/** An order in which nothing is undefined. */
export function orderOf(
	what: Pick<Order, "id" | "task" | "epoch">,
	{ dueMs, pieces }: { readonly dueMs: number | undefined; readonly pieces: boolean },
): Order {
	return {
		...what,
		...(dueMs === undefined ? {} : { dueMs }),
		...(pieces ? { pieces: true as const } : {}),
	};
}

/** Changes of a rank's work: first it takes the orders, then it cancels. */
export interface Instructions {
	readonly orders: readonly Order[];
	/** Ids of requests that nobody wants any more. */
	readonly cancels: readonly number[];
}

/** What rank 0 tells a rank. Nothing comes after `stop`. */
export type ToWorker = Instructions | { readonly stop: true };

/** Of a piece, what most have not. */
export interface PieceDetail {
	/** Which of several choices it belongs to. @default 0 */
	readonly choice?: number;
	/** Thoughts, which come before the text. */
	readonly reasoning?: string;
	/** See `TokenEvent.logprobs`. */
	readonly logprobs?: readonly TokenLogprob[];
}

/** What a request has generated since its last piece: text, and its tokens where they are known. Short, since every token is one. */
export type Piece = readonly [
	id: number,
	text: string,
	tokens?: readonly number[] | null,
	detail?: PieceDetail,
];

/** What happened on a rank. */
export type WorkerEvent =
	| { readonly type: "answer"; readonly id: number; readonly answer: Answer }
	| { readonly type: "failure"; readonly id: number; readonly failure: Failure }
	/** A cancelled request is off the rank: its slot is free. */
	| { readonly type: "cancelled"; readonly id: number }
	/** Text that was generated since the last such event, of all requests that want it in pieces. */
	| { readonly type: "pieces"; readonly pieces: readonly Piece[] }
	/** The rank is well; told every second while requests run, whatever else is told. */
	| { readonly type: "beat" }
	/** What the rank's engine says of itself: the newest figures, by the names of its own metrics. */
	| { readonly type: "figures"; readonly figures: Readonly<Record<string, number>> }
	/** The engine died while it was running these. */
	| { readonly type: "down"; readonly running: readonly number[] }
	/** It runs again. */
	| { readonly type: "up" }
	/** It will not run again. */
	| { readonly type: "gone"; readonly reason: string };

/** What a rank tells rank 0. The statistics are the last message. */
export type FromWorker =
	| { readonly events: readonly WorkerEvent[] }
	| { readonly statistics: RankStatistics };
