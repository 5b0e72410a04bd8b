import type { FailureReason, Refusal } from "./facts.ts";

/** How a failure is counted, or a refusal if nothing had been tried: by its HTTP status, and its code where that says more. */
export function reasonOfFailure(
	status: number,
	code: string,
): { readonly failed: FailureReason } | { readonly refused: Refusal } {
	if (code === "engine_died" || code === "interrupted") return { failed: code };
	switch (status) {
		case 401:
			return { refused: "unauthorized" };
		case 404:
			return { refused: "not_found" };
		case 413:
			return { refused: "too_large" };
		case 429:
			return { refused: "queue_full" };
		case 503:
			return { failed: "no_engine" };
		case 504:
			return { failed: "deadline" };
		default:
			return status < 500 ? { refused: "invalid" } : { failed: "internal" };
	}
}
