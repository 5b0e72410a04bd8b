import type { Failure, FailureCode } from "../openai/failure.ts";
import type { RequestEnd } from "./submission.ts";

/** What becomes of a request that nobody wants any more. */
export const CANCELLED: Failure = { code: "cancelled", message: "The request was cancelled" };

/** The end of a request that failed; `rank` is null where none ran it. */
export function failed(rank: number | null, code: FailureCode, message: string): RequestEnd {
	return { rank, failure: { code, message } };
}
