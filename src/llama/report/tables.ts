import type { EngineInfo } from "../engine/engine.ts";
import type { Summary } from "../measure/distribution/digest.ts";
import type { GpuUse } from "../measure/gpu.ts";
import { percent, seconds } from "../measure/numbers.ts";
import type { RankReport, Report, ReportFigures } from "../measure/report.ts";

/** A table that any form of the report can show. */
export interface Table {
	readonly header: readonly string[];
	readonly rows: readonly (readonly string[])[];
	/** Indices of the columns that hold words; the others hold numbers. */
	readonly texts: readonly number[];
}

const SHOWN_QUANTITIES = [
	["E2E", "e2e_ms"],
	["TTFT", "ttft_ms"],
	["TPOT", "tpot_ms"],
	["ITL", "itl_ms"],
	["queue", "queue_ms"],
] as const;

/** With more ranks than this only the worst has its own line of latencies. */
const MOST_LATENCY_RANKS = 8;
const MOST_RANK_LINES = 64;

/** Who did what. */
export function rankTable(report: Report): Table {
	const gpus = report.per_rank.some((rank) => (rank.gpus?.length ?? 0) > 0);
	const header = [
		...["rank", "success", "ok", "failed", "in", "cached", "out", "tokens/s", "busy s"],
		...(gpus ? ["VRAM GiB", "GPU %"] : []),
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
	const shown = report.per_rank.slice(0, MOST_RANK_LINES);
	const hidden = report.per_rank.length - shown.length;
	const rows = shown.map((rank) => [
		...row(`${rank.rank}`, rank),
		...(gpus ? gpuCells(rank.gpus ?? []) : []),
		rank.host,
		deviceText(rank.engine, rank.gpus),
	]);
	const more = hidden > 0 ? [[`+${hidden}`]] : [];
	const total = report.ranks > 1 ? [row("all", report.total)] : [];
	return { header, rows: [...rows, ...more, ...total], texts: [header.length - 2, header.length - 1] };
}

/** How long it took. */
export function latencyTable(report: Report): Table {
	const rows = SHOWN_QUANTITIES.flatMap(([name, key]) => [
		...rankLines(report, key).map((rank) => [name, `${rank.rank}`, ...summaryCells(rank[key])]),
		...(report.ranks > 1 ? [[name, "all", ...summaryCells(report.total[key])]] : []),
	]);
	return { header: ["ms", "rank", "mean", "p50", "p95", "p99", "max"], rows, texts: [0] };
}

/** Says which ranks `latencyTable` leaves out. */
export function latencyNote({ ranks }: Report): string | undefined {
	return ranks > MOST_LATENCY_RANKS ? "of the ranks only the one with the highest p95" : undefined;
}

/** What the prompt cache is worth, if that was measured. */
export function cacheTable(report: Report): Table | undefined {
	const line = (label: string, { cache }: ReportFigures) => {
		if (cache === undefined) return [];
		const share = (cached: number) => percent(cache.prompt_tokens === 0 ? 0 : cached / cache.prompt_tokens);
		return [
			["cold", label, ...summaryCells(cache.cold_ttft_ms), share(cache.cold_cached_tokens)],
			["warm", label, ...summaryCells(cache.warm_ttft_ms), share(cache.warm_cached_tokens)],
		];
	};
	if (report.total.cache === undefined) return undefined;
	const ranks = report.ranks > MOST_LATENCY_RANKS ? [] : report.per_rank;
	const rows = [
		...ranks.flatMap((rank) => line(`${rank.rank}`, rank)),
		...(report.ranks > 1 ? line("all", report.total) : []),
	];
	const header = ["TTFT ms", "rank", "mean", "p50", "p95", "p99", "max", "cached"];
	return { header, rows, texts: [0] };
}

/** Prompts that `cacheTable` leaves out. */
export function cacheNote({ total: { cache } }: Report): string | undefined {
	if (cache === undefined || cache.failed === 0) return undefined;
	const tried = cache.cold_ttft_ms.count + cache.failed;
	return `${cache.failed} of ${tried} prompts could not be run and are left out: ${cache.reason}`;
}

/** What the ranks' engines have to say. */
export function notes({ per_rank }: Report): string[] {
	return per_rank.flatMap(({ rank, engine: { note } }) =>
		note === undefined ? [] : [`rank ${rank}: ${note}`],
	);
}

/** Two decimals for all: a column is read by the place of its point. */
function summaryCells({ mean, p50, p95, p99, max }: Summary): string[] {
	return [mean, p50, p95, p99, max].map((value) => value?.toFixed(2) ?? "-");
}

function rankLines({ per_rank }: Report, key: (typeof SHOWN_QUANTITIES)[number][1]): readonly RankReport[] {
	if (per_rank.length <= MOST_LATENCY_RANKS) return per_rank;
	const worst = [...per_rank].sort((a, b) => (b[key].p95 ?? 0) - (a[key].p95 ?? 0))[0];
	return worst === undefined ? [] : [worst];
}

function deviceText(
	{ device, deviceName, gpuLayers, threads }: EngineInfo,
	gpus: readonly GpuUse[] = [],
): string {
	// Whatever an endpoint computes on, nobody tells.
	if (device === "unknown") return deviceName;
	if (device === "cpu") return `cpu: ${deviceName}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
	// The beginning of a UUID names a GPU to CUDA_VISIBLE_DEVICES as well as all of it.
	const ids = gpus.map(({ uuid }) => ` ${/^\w+-[0-9a-f]{8}/.exec(uuid)?.[0] ?? uuid}`);
	const name = deviceName.replace(/^NVIDIA /, "");
	return `${device}: ${name}${ids.join("")}, ${gpuLayers} ${gpuLayers === 1 ? "layer" : "layers"}`;
}

function gpuCells(gpus: readonly GpuUse[]): string[] {
	const sum = (values: readonly (number | undefined)[]) => {
		const known = values.filter((value) => value !== undefined);
		return known.length === 0 ? undefined : known.reduce((a, b) => a + b, 0);
	};
	const memory = sum(gpus.map(({ memoryPeak }) => memoryPeak));
	const busy = sum(gpus.map(({ utilisation }) => utilisation));
	return [
		memory === undefined ? "-" : (memory / 1024).toFixed(1),
		busy === undefined ? "-" : (busy / gpus.length).toFixed(0),
	];
}
