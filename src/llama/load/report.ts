import { checkArgument, integerFrom } from "../../base/check-types.ts";
import type { SamplingFacts } from "../measure/run-facts.ts";
import type { Targets } from "../measure/targets.ts";
import type { ReportFiles } from "../report/outputs.ts";
import { openLoopText } from "../schedule/arrivals.ts";
import type { Remarks } from "./client/run-request.ts";
import { lengthsText } from "./command-line/lengths.ts";
import { LOAD_OPTIONS, type LoadOptions } from "./command-line/options.ts";

/** Requests at a time that each rank has where the command line does not say. */
export const CLOSED_LANES = 4;

/** What the report of a load says besides what was measured: for `prepareReport` and `conclude`. */
export interface LoadReportOptions extends ReportFiles, Targets {
	readonly inflight: number;
	readonly load: string;
	readonly sampling: SamplingFacts;
}

/** Sorts out what the report of a load needs. */
export function loadReport(options: LoadOptions, ranks: number): LoadReportOptions {
	checkArgument("describe a load", "options", options, LOAD_OPTIONS);
	checkArgument("describe a load", "ranks", ranks, integerFrom(1));
	const { json, md, html, trace, slo, minSuccess, temperature, seed, maxTokens } = options;
	const concurrency = concurrencyOf(options, ranks);
	const limit = maxTokens?.least === maxTokens?.most ? maxTokens?.least : undefined;
	return {
		...{ json, md, html, trace, slo, minSuccess },
		inflight: (concurrency ?? 0) / ranks,
		load: `${arrivalText(options, concurrency)}; ${sentText(options)}`,
		sampling: {
			...{ temperature: temperature ?? null, top_p: null, top_k: null, min_p: null, seed },
			max_tokens: limit ?? null,
		},
	};
}

/** Requests of all ranks at a time; undefined: no limit. */
export function concurrencyOf({ rate, concurrency }: LoadOptions, ranks: number): number | undefined {
	return concurrency ?? (rate === undefined ? CLOSED_LANES * ranks : undefined);
}

/** What to know of a rank's requests besides their figures; undefined: nothing. */
export function remarksText({ uncounted, retried, unsent }: Remarks): string | undefined {
	const remarks = [
		...(uncounted === 0
			? []
			: [`the server told no usage for ${uncounted} answers: their tokens are counted in pieces`]),
		...(retried === 0 ? [] : [`${retried} times a request was sent again`]),
		...(unsent === 0 ? [] : [`${unsent} turns were not sent: one before them failed`]),
	];
	return remarks.length === 0 ? undefined : remarks.join("; ");
}

function arrivalText({ rate, burstiness }: LoadOptions, concurrency: number | undefined): string {
	const most = concurrency === 1 ? "1 request" : `${concurrency} requests`;
	if (rate === undefined) return `closed loop: ${most} at a time on all ranks together`;
	const limit = concurrency === undefined ? "" : `; at most ${most} at a time`;
	return `${openLoopText({ rate, burstiness })}${limit}`;
}

function sentText(options: LoadOptions): string {
	const { in: file, conversations, turns, sharedPrefix, promptTokens, maxTokens, stream } = options;
	const whole = stream ? "" : ", not streamed";
	if (file !== undefined) return `requests of ${file}${whole}`;
	return [
		`prompts of ${lengthsText(promptTokens)}`,
		...(sharedPrefix === 0 ? [] : [` after ${sharedPrefix} that all share`]),
		...(maxTokens === undefined ? [] : [`, answers of at most ${lengthsText(maxTokens)}`]),
		...(conversations === undefined ? [] : [`, ${conversations} conversations of ${turns} turns`]),
		whole,
	].join("");
}
