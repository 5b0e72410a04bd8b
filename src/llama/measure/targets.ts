import { type Kinds, numberFrom } from "../../base/check-types.ts";
import { percent } from "./numbers.ts";
import { SLO, type Slo, sloText } from "./slo.ts";

/** What a job must reach. */
export interface Targets {
	/** Percent of the requests that must succeed, from 0 to 100. @default 100 */
	readonly minSuccess?: number | undefined;
	/** Limits of the requests' latencies. @default none */
	readonly slo?: Slo | undefined;
}

/** What targets may be. */
export const TARGETS: Kinds<Targets> = { minSuccess: numberFrom(0, 100), slo: SLO };

/** How many requests ended how. */
export interface Outcomes {
	/** Those that succeeded. */
	readonly ok: number;
	/** Those that did not. */
	readonly failed: number;
	/** Requests within the SLO. */
	readonly good?: number;
}

/** What is known of requests besides those that were run. */
export interface OtherRequests {
	/** Answered by an earlier run. */
	readonly skipped?: number;
	/** Of these, those that failed. */
	readonly failed_before?: number;
	/** Run, and not in the output. */
	readonly lost: number;
}

/** Which targets are missed, a line each; the job's exit code is then 1. */
export function missedTargets(
	{ ok, failed, good = ok }: Outcomes,
	{ minSuccess = 100, slo, delivery }: Targets & { readonly delivery?: OtherRequests | undefined },
): string[] {
	const requests = ok + failed;
	const missed: string[] = [];
	// Success is that of the whole file: a job that goes on has the failures of those before it.
	const { skipped = 0, failed_before: before = 0, lost = 0 } = delivery ?? {};
	const all = requests + skipped;
	if ((ok + skipped - before) * 100 < minSuccess * all) {
		const share =
			before === 0 ? "" : `, ${before} of them in an earlier run (--retry-failed runs those again)`;
		missed.push(`${failed + before} of ${all} requests failed${share}: --min-success is ${minSuccess} %`);
	}
	if (lost > 0) missed.push(`${lost} of ${requests} requests have no line in the output`);
	if (slo !== undefined && good * 100 < slo.share * requests) {
		const share = percent(good / requests);
		missed.push(
			`${good} of ${requests} requests (${share}) were within ${sloText(slo)}: --slo wants ${slo.share} %`,
		);
	}
	return missed;
}
