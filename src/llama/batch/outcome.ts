import type { FieldCount } from "../measure/counts/field-counts.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import type { Delivery } from "../measure/report.ts";
import type { Answer } from "../openai/answer.ts";
import type { Failure } from "../openai/failure.ts";
import type { BadLine, BatchRequest } from "./files/request.ts";

/** How a request ended. */
export interface Ending {
	/** The request, or the line that is none. */
	readonly request: BatchRequest | BadLine;
	/** The rank that ran it; null: none did. */
	readonly rank: number | null;
	/** There unless it failed. */
	readonly answer?: Answer | undefined;
	/** There if it failed. */
	readonly failure?: Failure | undefined;
}

/** What a run came to, on rank 0. */
export interface BatchOutcome {
	/** Of each rank, by rank. */
	readonly statistics: readonly RankStatistics[];
	/** What became of the requests besides plain success. */
	readonly delivery: Delivery;
	/** Fields of requests that were left out, with `ignoreUnknown`. */
	readonly ignored: readonly FieldCount[];
	/** What ended the run early, in words: the reason of the abort, if it is a text. Undefined for a whole run. */
	readonly interrupted?: string;
	/** Whether what did not run can be run by another job with `resume`. */
	readonly resumable: boolean;
}
