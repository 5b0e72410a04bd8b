import type { EngineInfo } from "../engine.ts";
import type { Summary } from "./digest.ts";
import type { RankReport, Report, ReportFigures } from "./report.ts";

const ROWS = [
	["E2E", "e2e_ms"],
	["TTFT", "ttft_ms"],
	["TPOT", "tpot_ms"],
	["queue", "queue_ms"],
] as const;

/** A report as text, for people. Success comes first: fast answers that failed are worth nothing. */
export function formatReport(report: Report): string {
	const { total } = report;
	const lines = [
		`${total.ok + total.failed} requests on ${report.ranks} ${report.ranks === 1 ? "rank" : "ranks"}: ` +
			`${percent(total.success_rate)} succeeded (${total.ok} ok, ${total.failed} failed)`,
		`model      ${report.model}${report.model_note === undefined ? "" : ` (${report.model_note})`}`,
		...deviceLines(report.per_rank),
		`wall time  ${(report.wall_ms / 1000).toFixed(2)} s, ${report.inflight} in flight per rank`,
		`tokens     in ${total.prompt_tokens} (${total.cached_tokens} cached), out ${total.completion_tokens}; ` +
			`${total.tokens_per_s.toFixed(1)} tokens/s, ${total.requests_per_s.toFixed(2)} requests/s`,
		`imbalance  ${report.imbalance === undefined ? "-" : report.imbalance.toFixed(2)}`,
		"",
		...table(report),
	];
	const width = Math.max(...Object.keys(report.definitions).map((name) => name.length));
	lines.push(
		"",
		...Object.entries(report.definitions).map(([name, text]) => `${name.padEnd(width)}  ${text}`),
	);
	if (report.errors.length > 0) {
		lines.push("", "errors", ...report.errors.map(({ reason, count }) => `  ${count} x ${reason}`));
		lines.push(`${total.failed} of ${total.ok + total.failed} requests failed: the job's exit code is 1`);
	}
	return `${lines.join("\n")}\n`;
}

/** One line for all ranks that run on the same thing. */
function deviceLines(ranks: readonly RankReport[]): string[] {
	const groups = new Map<string, number[]>();
	for (const { rank, host, engine } of ranks) {
		const text = engine === undefined ? "no engine" : `${describe(engine)} on ${host}`;
		groups.set(text, [...(groups.get(text) ?? []), rank]);
	}
	const several = groups.size > 1;
	return [...groups].map(
		([text, members]) => `device     ${several ? `ranks ${members.join(",")}: ` : ""}${text}`,
	);
}

function describe({
	device,
	deviceName,
	gpuLayers,
	threads,
	slots,
	contextSize,
	kind,
	note,
}: EngineInfo): string {
	const where =
		device === "cpu"
			? `${threads} ${threads === 1 ? "thread" : "threads"}`
			: `${gpuLayers} layers on the GPU`;
	const text = `${device}, ${deviceName} (${where}, ${slots} slots of ${contextSize} tokens, ${kind})`;
	return note === undefined ? text : `${text}; ${note}`;
}

function table(report: Report): string[] {
	const header = ["ms", "rank", "ok", "failed", "mean", "p50", "p95", "p99", "max"];
	const body = ROWS.flatMap(([name, key]) => {
		const row = (label: string, figures: ReportFigures) => [
			name,
			label,
			`${figures.ok}`,
			`${figures.failed}`,
			...cells(figures[key]),
		];
		const all = row("all", report.total);
		return report.ranks === 1 ? [all] : [...report.per_rank.map((rank) => row(`${rank.rank}`, rank)), all];
	});
	const rows = [header, ...body];
	const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	return rows.map((row) =>
		row
			.map((cell, column) =>
				column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
			)
			.join("  "),
	);
}

function cells({ mean, p50, p95, p99, max }: Summary): string[] {
	return [mean, p50, p95, p99, max].map((value) => (value === undefined ? "-" : milliseconds(value)));
}

function milliseconds(value: number): string {
	return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

/** 99.97 % must not look like all of them. */
function percent(share: number): string {
	return share === 1 ? "100 %" : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
