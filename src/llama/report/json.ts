import { checkArgument } from "../../base/check-types.ts";
import type { Summary } from "../measure/distribution/digest.ts";
import { REPORT, type Report } from "../measure/report.ts";

/**
 * The report as `--json` writes it: `Report`, and beside it what `vllm bench serve` writes under the same names where
 * the meaning is the same. Percentiles are nearest rank or t-digest here, interpolated there.
 *
 * @throws {ArgumentError} ERR_ARG: it is no report.
 */
export function jsonReport(report: Report): Report & Readonly<Record<string, unknown>> {
	checkArgument("format a report", "report", report, REPORT);
	const { total, wall_ms: wallMs } = report;
	const perSecond = (count: number) => (wallMs > 0 ? (count * 1000) / wallMs : 0);
	return {
		...report,
		...(report.per_rank[0] === undefined ? {} : { backend: report.per_rank[0].engine.kind }),
		max_concurrency: Math.round(report.inflight * report.ranks),
		duration: wallMs / 1000,
		completed: total.ok,
		num_prompts: total.ok + total.failed,
		total_input_tokens: total.prompt_tokens,
		total_output_tokens: total.completion_tokens,
		request_throughput: total.requests_per_s,
		...(total.goodput === undefined ? {} : { request_goodput: total.goodput }),
		output_throughput: total.tokens_per_s,
		total_token_throughput: perSecond(total.prompt_tokens + total.completion_tokens),
		failed: total.failed,
		...named("ttft", total.ttft_ms),
		...named("tpot", total.tpot_ms),
		...named("itl", total.itl_ms),
		...named("e2el", total.e2e_ms),
	};
}

function named(name: string, { mean, p50, std, p95, p99 }: Summary): Readonly<Record<string, unknown>> {
	return {
		[`mean_${name}_ms`]: mean,
		[`median_${name}_ms`]: p50,
		[`std_${name}_ms`]: std,
		[`p95_${name}_ms`]: p95,
		[`p99_${name}_ms`]: p99,
	};
}
