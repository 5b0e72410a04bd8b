import { percent } from "./numbers.ts";
import { type Slo, sloText } from "./slo.ts";

/** What a job must reach. */
export interface Targets {
	/** Percent of the requests that must succeed. @default 100 */
	readonly minSuccess?: number | undefined;
	readonly slo?: Slo | undefined;
}

/** How many requests ended how. */
export interface Outcomes {
	readonly ok: number;
	readonly failed: number;
	readonly success_rate: number;
	/** Requests within the SLO. */
	readonly good?: number;
}

/** Which targets are missed, a line each; the job's exit code is then 1. */
export function missedTargets(
	{ ok, failed, success_rate: rate, good = ok }: Outcomes,
	{ minSuccess = 100, slo }: Targets,
): string[] {
	const requests = ok + failed;
	const missed: string[] = [];
	if (rate * 100 < minSuccess) {
		missed.push(`${failed} of ${requests} requests failed: --min-success is ${minSuccess} %`);
	}
	if (slo !== undefined && good * 100 < slo.share * requests) {
		const share = percent(good / requests);
		missed.push(
			`${good} of ${requests} requests (${share}) were within ${sloText(slo)}: --slo wants ${slo.share} %`,
		);
	}
	return missed;
}
