import type { Answer, Failure } from "../batch/answer-line.ts";
import type { Task } from "../batch/request.ts";
import type { RankStatistics } from "../measure/recorder.ts";

/** A request for a rank. */
export interface Order {
	readonly id: number;
	readonly task: Task;
	/** How often the rank's engine had died, as far as rank 0 knew: an order from before a death is void. */
	readonly epoch: number;
	/** In an open loop: when the request was due, on rank 0's clock. */
	readonly dueMs?: number;
}

/** What rank 0 tells a rank. */
export type ToWorker = { readonly orders: readonly Order[] } | { readonly stop: true };

/** What happened on a rank. */
export type WorkerEvent =
	| { readonly type: "answer"; readonly id: number; readonly answer: Answer }
	| { readonly type: "failure"; readonly id: number; readonly failure: Failure }
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
