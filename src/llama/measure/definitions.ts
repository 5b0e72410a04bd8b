/** What the figures of a report mean, by their names. */
export const DEFINITIONS: Readonly<Record<string, string>> = {
	success: "requests that have an answer, of all that ended; figures of speed say nothing about the others",
	"retried, requeued":
		"failed before and ran again (--retry-failed); handed out again since an engine or a rank died",
	"lost, duplicate": "requests that have no answer, or two: 0, or there is a bug",
	cut: "answers that a limit ended: --max-tokens or the request's own, or the end of the context",
	ignored: "fields that nobody here knows, left out of requests (--ignore-unknown)",
	E2E: "request start to last token; with --rate the start is when the request was due",
	TTFT: "request start to first token; an embedding has none",
	TPOT: "(E2E - TTFT) / (output tokens - 1), requests with 2 or more output tokens",
	ITL: "gap between one piece of text and the next: a token, or those of one character",
	queue: "time a request waited for a free sequence of its engine, or for its turn",
	"p50 p95 p99": "nearest rank up to 2000 samples of a rank, above that t-digest (within 1 %)",
	"tokens out": "sampled tokens, end-of-generation tokens included",
	cached: "prompt tokens found in a sequence's memory and not computed again",
	"tokens/s": "tokens out per second of wall time",
	"wall time": "start of the first request to the end of the last, on rank 0's clock",
	goodput: "requests per second that kept every limit of --slo",
	imbalance: "most tokens out of a rank / mean; longest busy time / mean: 1 is perfect",
	"VRAM, GPU": "peak memory in use on the rank's GPUs and mean utilisation, of all processes",
};
