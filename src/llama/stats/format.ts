import type { EngineInfo } from "../engine.ts";
import type { Summary } from "./digest.ts";
import type { RankReport, Report, ReportFigures } from "./report.ts";

const QUANTITIES = [
	["E2E", "e2e_ms"],
	["TTFT", "ttft_ms"],
	["TPOT", "tpot_ms"],
	["queue", "queue_ms"],
] as const;

/** A report as text, for people. Success comes first: fast answers that failed are worth nothing. */
export function formatReport(report: Report): string {
	const { total, per_rank: ranks } = report;
	const requests = total.ok + total.failed;
	const several = ranks.length > 1;
	const facts: readonly (readonly [string, string])[] = [
		[
			"success",
			`${percent(total.success_rate)} (${total.ok} of ${requests} requests, ${total.failed} failed)`,
		],
		["wall time", `${seconds(report.wall_ms)} s on ${ranksOf(report)}, ${report.inflight} in flight on each`],
		["speed", `${total.tokens_per_s.toFixed(1)} tokens/s, ${total.requests_per_s.toFixed(2)} requests/s`],
		["tokens", `${total.prompt_tokens} in (${total.cached_tokens} cached), ${total.completion_tokens} out`],
		...(several ? ([["imbalance", report.imbalance?.toFixed(2) ?? "-"]] as const) : []),
		["model", report.model],
		...(report.model_note === undefined ? [] : ([["", report.model_note]] as const)),
		["engine", [...new Set(ranks.map(({ engine }) => engineText(engine)))].join(", ")],
	];
	const notes = ranks.flatMap(({ rank, engine: { note } }) =>
		note === undefined ? [] : [`rank ${rank}: ${note}`],
	);
	const blocks = [
		list(facts),
		rankTable(report),
		latencyTable(report),
		list(Object.entries(report.definitions)),
		...(notes.length > 0 ? [["notes", ...notes.map((note) => `  ${note}`)]] : []),
		...(report.errors.length > 0 ? [errorLines(report)] : []),
	];
	return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function ranksOf({ ranks }: Report): string {
	return ranks === 1 ? "1 rank" : `${ranks} ranks`;
}

function engineText({ kind, slots, contextSize }: EngineInfo): string {
	return `${kind}, ${slots} ${slots === 1 ? "slot" : "slots"} of ${contextSize} tokens`;
}

function rankTable(report: Report): string[] {
	const header = [
		...["rank", "success", "ok", "failed", "in", "cached", "out", "tokens/s", "busy s"],
		...["host", "device"],
	];
	const row = (label: string, figures: ReportFigures) => [
		label,
		figures.ok + figures.failed === 0 ? "-" : percent(figures.success_rate),
		`${figures.ok}`,
		`${figures.failed}`,
		`${figures.prompt_tokens}`,
		`${figures.cached_tokens}`,
		`${figures.completion_tokens}`,
		figures.tokens_per_s.toFixed(1),
		seconds(figures.busy_ms),
	];
	const body = report.per_rank.map((rank) => [
		...row(`${rank.rank}`, rank),
		rank.host,
		deviceText(rank.engine),
	]);
	return table([header, ...body, ...(report.ranks > 1 ? [row("all", report.total)] : [])], [9, 10]);
}

function deviceText({ device, deviceName, gpuLayers, threads }: EngineInfo): string {
	const part =
		device === "cpu"
			? `${threads} ${threads === 1 ? "thread" : "threads"}`
			: `${gpuLayers} ${gpuLayers === 1 ? "layer" : "layers"}`;
	return `${device}: ${deviceName}, ${part}`;
}

function latencyTable(report: Report): string[] {
	const header = ["ms", "rank", "mean", "p50", "p95", "p99", "max"];
	const body = QUANTITIES.flatMap(([name, key]) => [
		...report.per_rank.map((rank: RankReport) => [name, `${rank.rank}`, ...cells(rank[key])]),
		...(report.ranks > 1 ? [[name, "all", ...cells(report.total[key])]] : []),
	]);
	return table([header, ...body], [0]);
}

/** Two decimals for all: a column is read by the place of its point. */
function cells({ mean, p50, p95, p99, max }: Summary): string[] {
	return [mean, p50, p95, p99, max].map((value) => value?.toFixed(2) ?? "-");
}

function errorLines({ errors, total }: Report): string[] {
	return [
		"errors",
		...errors.map(({ reason, count }) => `  ${count} x ${reason}`),
		`${total.failed} of ${total.ok + total.failed} requests failed: the job's exit code is 1`,
	];
}

/** Columns are right aligned but for those whose index is in `texts`. */
function table(rows: readonly (readonly string[])[], texts: readonly number[]): string[] {
	const columns = Math.max(...rows.map((row) => row.length));
	const widths = Array.from({ length: columns }, (_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	return rows.map((row) =>
		row
			.map((cell, column) =>
				texts.includes(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
			)
			.join("  ")
			.trimEnd(),
	);
}

function list(entries: readonly (readonly [string, string])[]): string[] {
	return table(entries, [0, 1]);
}

function seconds(ms: number): string {
	return (ms / 1000).toFixed(2);
}

/** 99.97 % must not look like all of them. */
function percent(share: number): string {
	return share === 1 ? "100 %" : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
