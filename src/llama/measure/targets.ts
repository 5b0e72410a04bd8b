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
	/** ok / (ok + failed). */
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
