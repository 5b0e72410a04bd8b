import type uPlot from "uplot";
import { axis, duration, mount, tip } from "../../page/chart.ts";
import { colour, rankColour } from "../../page/theme.ts";
import type { PageData, PageSpan } from "../page-data.ts";
import { LEFT, timeAxis, timeCursor } from "./time.ts";

const MOST_ROW_PIXELS = 22;
const MOST_PIXELS = 900;
const PALE = 0.35;
/** Share of a row's height that is the line of a request that waits. */
const THIN = 0.16;

/** A bar for each request, in the row of its rank and slot. */
export function showTimeline(data: PageData, parent: HTMLElement): void {
	const { rows, spans, wallMs } = data;
	const rowPixels = Math.min(MOST_ROW_PIXELS, MOST_PIXELS / rows.length);
	const groups = groupsOf(data);
	// Labels need their room: with many ranks not each has one.
	const labelled = groups.filter((_, place) => place % Math.ceil((groups.length * 14) / MOST_PIXELS) === 0);
	const byRow = inRows(spans);
	const chart = mount(
		{
			height: Math.round(rows.length * rowPixels) + 60,
			legend: { show: false },
			cursor: { ...timeCursor(), y: false },
			scales: {
				x: { time: false, range: (_, from, to) => [from ?? 0, to ?? wallMs] },
				y: { range: [0, rows.length], dir: -1 },
			},
			axes: [
				timeAxis(),
				axis({
					size: LEFT,
					grid: { show: false },
					ticks: { show: false },
					splits: () => labelled.map(({ from, to }) => (from + to) / 2),
					values: () => labelled.map(({ rank }) => `rank ${rank}`),
				}),
			],
			series: [{}, { show: false }],
			hooks: {
				drawClear: [(plot) => drawBands(plot, groups)],
				draw: [(plot) => drawSpans(plot, data)],
				setCursor: [(plot) => setTip?.(tooltip(plot, data, byRow))],
			},
		},
		[
			[0, wallMs],
			[0, rows.length],
		],
		parent,
	);
	const setTip: ReturnType<typeof tip> | undefined = tip(chart);
}

interface Group {
	readonly rank: number;
	readonly from: number;
	readonly to: number;
}

/** The rows of each rank. */
function groupsOf({ rows, ranks }: PageData): Group[] {
	return ranks.map((rank) => {
		const from = rows.findIndex((row) => row.rank === rank);
		return { rank, from, to: from + rows.filter((row) => row.rank === rank).length };
	});
}

function inRows(spans: readonly PageSpan[]): Map<number, PageSpan[]> {
	const rows = new Map<number, PageSpan[]>();
	for (const span of spans) {
		const row = rows.get(span.row);
		if (row === undefined) rows.set(span.row, [span]);
		else row.push(span);
	}
	return rows;
}

function drawBands({ ctx, bbox, valToPos }: uPlot, groups: readonly Group[]): void {
	ctx.save();
	ctx.fillStyle = colour("band");
	for (const { from, to } of groups.filter((_, place) => place % 2 === 0)) {
		const top = valToPos(from, "y", true);
		ctx.fillRect(bbox.left, top, bbox.width, valToPos(to, "y", true) - top);
	}
	ctx.restore();
}

function drawSpans({ ctx, bbox, valToPos }: uPlot, { spans, rows, ranks }: PageData): void {
	ctx.save();
	ctx.beginPath();
	ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
	ctx.clip();
	const colours = ranks.map((_, place) => rankColour(place, ranks.length));
	const failed = colour("failed");
	const height = bbox.height / rows.length;
	const gap = height > 6 ? Math.max(1, height * 0.12) : 0;
	for (const { row, start, served, first, end, error } of spans) {
		const rank = rows[row]?.rank;
		ctx.fillStyle = error === undefined ? (colours[ranks.indexOf(rank ?? -1)] ?? failed) : failed;
		const bar = (from: number, to: number, alpha: number, share = 1) => {
			const left = valToPos(from, "x", true);
			const width = Math.max(1, valToPos(to, "x", true) - left - 1);
			const full = height - 2 * gap;
			ctx.globalAlpha = alpha;
			const top = valToPos(row, "y", true) + gap + (full * (1 - share)) / 2;
			ctx.fillRect(left, top, width, Math.max(1, full * share));
		};
		if (served > start) bar(start, served, PALE, THIN);
		bar(served, first ?? end, error === undefined ? PALE : 1);
		if (first !== undefined) bar(first, end, 1);
	}
	ctx.restore();
}

function tooltip(
	chart: uPlot,
	{ rows }: PageData,
	byRow: ReadonlyMap<number, readonly PageSpan[]>,
): string | undefined {
	const { left = -1, top = -1 } = chart.cursor;
	if (left < 0 || top < 0) return undefined;
	const at = chart.posToVal(left, "x");
	const row = Math.floor(chart.posToVal(top, "y"));
	const spans = byRow.get(row) ?? [];
	// What waits lies under what runs.
	const span =
		spans.find(({ served, end }) => served <= at && at <= end) ??
		spans.find(({ start, end }) => start <= at && at <= end);
	const place = rows[row];
	if (span === undefined || place === undefined) return undefined;
	const { index, start, served, first, end, tokensIn, tokensOut, error } = span;
	return [
		`request ${index} on rank ${place.rank}, slot ${place.slot}`,
		...(served - start >= 0.5 ? [`waited ${duration(served - start)}`] : []),
		...(first === undefined ? [] : [`first token after ${duration(first - start)}`]),
		`${duration(end - start)} in all`,
		error ?? `${tokensIn} tokens in, ${tokensOut} out`,
	].join("\n");
}
