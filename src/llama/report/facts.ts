import type { EngineInfo } from "../engine/engine.ts";
import { percent, seconds } from "../measure/numbers.ts";
import type { RankReport, Report } from "../measure/report.ts";
import { samplingText } from "../measure/run-facts.ts";

/** A name and a text; a line that goes on has no name. */
export type Fact = readonly [name: string, text: string];

/** What is true of the whole job. */
export function facts(report: Report): readonly Fact[] {
	const { total, per_rank: ranks, slo, delivery, speedup } = report;
	return [
		[
			"success",
			`${percent(total.success_rate)} (${total.ok} of ${total.ok + total.failed} requests, ${total.failed} failed)`,
		],
		...interruption(report),
		...optional(
			delivery,
			"delivery",
			({ retried, requeued, lost, duplicate, skipped, failed_before: failed }) =>
				[
					...[`${retried} retried`, `${requeued} requeued`, `${lost} lost`, `${duplicate} duplicate`],
					...(skipped === undefined ? [] : [`${skipped} answered before`]),
					...(failed === undefined ? [] : [`${failed} of these failed`]),
				].join(", "),
		),
		...cuts(report),
		...optional(report.ignored, "ignored", (fields) =>
			fields.map(({ field, count }) => `${field} in ${count} requests`).join(", "),
		),
		[
			"wall time",
			[
				`${seconds(report.wall_ms)} s on ${ranks.length === 1 ? "1 rank" : `${ranks.length} ranks`}`,
				// 0: nothing bounds them. Where ranks differ, this is their mean.
				...(report.inflight > 0 && Number.isInteger(report.inflight)
					? [`${report.inflight} in flight on each`]
					: []),
			].join(", "),
		],
		...optional(report.load, "load", (load) => load),
		["speed", `${total.tokens_per_s.toFixed(1)} tokens/s, ${total.requests_per_s.toFixed(2)} requests/s`],
		...optional(speedup, "speed-up", (factor) => `${factor.toFixed(2)} times one rank`),
		...optional(
			slo,
			"goodput",
			({ text, share }) =>
				`${(total.goodput ?? 0).toFixed(2)} requests/s: ${percent(total.good_share ?? 1)} within ${text} (${share} % wanted)`,
		),
		["tokens", `${total.prompt_tokens} in (${total.cached_tokens} cached), ${total.completion_tokens} out`],
		...(ranks.length > 1 ? [["imbalance", imbalances(report)] as const] : []),
		["model", report.model],
		...optional(report.model_note, "", (note) => note),
		["engine", [...new Set(ranks.map(({ engine }) => engineText(engine)))].join("; ")],
		...clockFact(ranks),
		...howItRan(report),
	];
}

/** What tells this report from others. */
function howItRan({ sampling, policy, date, versions, command, per_rank: ranks }: Report): readonly Fact[] {
	return [
		...optional(sampling, "sampling", (known) => samplingText(known, ranks[0]?.engine.kind)),
		...optional(policy, "policy", (name) => name),
		...optional(date, "started", (time) => {
			const by = versions === undefined ? "" : ` by tsmpi ${versions.tsmpi} on Node.js ${versions.node}`;
			return `${time}${by}`;
		}),
		...optional(command, "command", (line) => line),
	];
}

function interruption({ interrupted, resumable }: Report): readonly Fact[] {
	return optional(interrupted, "ended", (signal) => {
		const rest = resumable ? "; --resume goes on with the others" : "";
		return `by ${signal}: these are the requests that had ended${rest}`;
	});
}

/** Answers that are not whole are nobody's failure, and must be seen all the same. */
function cuts({ total: { cut }, sampling }: Report): readonly Fact[] {
	if (cut.max_tokens + cut.context === 0) return [];
	const limit = sampling?.max_tokens ?? undefined;
	const option = limit === undefined ? "" : ` (--max-tokens ${limit})`;
	const answers = `of ${cut.texts} ${cut.texts === 1 ? "answer" : "answers"}`;
	const parts = [
		...(cut.max_tokens > 0 ? [`${cut.max_tokens} ${answers} at their token limit${option}`] : []),
		...(cut.context > 0
			? [`${cut.context} ${cut.max_tokens > 0 ? "" : `${answers} `}at the end of the context`]
			: []),
	];
	return [["cut", parts.join(", ")]];
}

function optional<T>(value: T | undefined, name: string, text: (value: T) => string): readonly Fact[] {
	return value === undefined ? [] : [[name, text(value)]];
}

function imbalances({ imbalance, busy_imbalance }: Report): string {
	if (imbalance === undefined) return "-";
	return `${imbalance.toFixed(2)} by tokens out, ${busy_imbalance?.toFixed(2) ?? "-"} by busy time`;
}

function clockFact(ranks: readonly RankReport[]): readonly Fact[] {
	const errors = ranks.flatMap(({ clock_error_ms: error }) => (error === undefined ? [] : [error]));
	if (ranks.length < 2 || errors.length === 0) return [];
	return [["clocks", `aligned between ranks within ${Math.max(...errors).toFixed(2)} ms`]];
}

/** An endpoint may not tell how large its context is, and a load tool not know how many slots a server has. */
function engineText({ kind, version, slots, contextSize }: EngineInfo): string {
	const name = version === undefined ? kind : `${kind} ${version}`;
	const context = contextSize > 0 ? ` of ${contextSize} tokens` : "";
	if (slots === 0) return contextSize > 0 ? `${name}, contexts${context}` : name;
	return `${name}, ${slots} ${slots === 1 ? "slot" : "slots"}${context}`;
}
