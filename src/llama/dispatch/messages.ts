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

/** Changes of a rank's work: first it takes the orders, then it cancels. */
export interface Instructions {
	readonly orders: readonly Order[];
	/** Ids of requests that nobody wants any more. */
	readonly cancels: readonly number[];
}

/** What rank 0 tells a rank. Nothing comes after `stop`. */
export type ToWorker = Instructions | { readonly stop: true };

/** What happened on a rank. */
export type WorkerEvent =
	| { readonly type: "answer"; readonly id: number; readonly answer: Answer }
	| { readonly type: "failure"; readonly id: number; readonly failure: Failure }
	/** A cancelled request is off the rank: its slot is free. */
	| { readonly type: "cancelled"; readonly id: number }
	/** Text that was generated since the last such event, of all requests that want it in pieces. */
	| { readonly type: "pieces"; readonly pieces: readonly (readonly [id: number, text: string])[] }
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
