/** Limits that an answer must keep, in milliseconds, and how many of the requests must keep all of them. */
export interface Slo {
	readonly ttft?: number;
	readonly tpot?: number;
	readonly e2e?: number;
	/** Percent of the requests that must be good. A failed request is not. */
	readonly share: number;
}

/** What one request took, in milliseconds; TTFT is undefined without a token, TPOT with fewer than two. */
export interface Latency {
	readonly e2e: number;
	readonly ttft: number | undefined;
	readonly tpot: number | undefined;
}

/** What can be limited. */
export const SLO_LIMITS = ["ttft", "tpot", "e2e"] as const;

/** Whether an answer keeps every limit. */
export function keeps(slo: Slo, latency: Latency): boolean {
	return SLO_LIMITS.every((name) => (latency[name] ?? 0) <= (slo[name] ?? Number.POSITIVE_INFINITY));
}

/** The limits in words: "TTFT 500 ms, TPOT 50 ms". */
export function sloText(slo: Slo): string {
	return SLO_LIMITS.flatMap((name) =>
		slo[name] === undefined ? [] : [`${name.toUpperCase()} ${slo[name]} ms`],
	).join(", ");
}
