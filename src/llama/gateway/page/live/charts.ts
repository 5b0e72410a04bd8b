import type uPlot from "uplot";
import { axis, duration, mount, tip } from "../../../page/chart.ts";
import { element } from "../../../page/dom.ts";
import { colour } from "../../../page/theme.ts";
import type { Figures } from "./figures.ts";
import { short } from "./format.ts";
import { SHOWN } from "./history.ts";

const HEIGHT = 150;
/** With a reading missing for longer than this, the lines have a gap. */
const GAP = 5;

interface Line {
	readonly name: string;
	readonly colour: string;
	readonly of: (figures: Figures) => number | undefined;
}

interface Chart {
	readonly id: string;
	readonly lines: readonly Line[];
	readonly text: (value: number) => string;
	/** The scale reaches at least so far. */
	readonly least: number;
}

const CHARTS: readonly Chart[] = [
	{
		id: "chart-tokens",
		lines: [{ name: "generated", colour: "rank-0", of: ({ tokensOut }) => tokensOut }],
		...{ text: short, least: 1 },
	},
	{
		id: "chart-queue",
		lines: [
			{ name: "running", colour: "rank-0", of: ({ running }) => running },
			{ name: "waiting", colour: "rank-1", of: ({ waiting }) => waiting },
		],
		...{ text: short, least: 4 },
	},
	{
		id: "chart-ttft",
		lines: [
			{ name: "p95", colour: "rank-0", of: ({ ttft }) => inMs(ttft.p95?.seconds) },
			{ name: "p50", colour: "rank-2", of: ({ ttft }) => inMs(ttft.p50?.seconds) },
		],
		...{ text: duration, least: 10 },
	},
];

/** The last minutes of some figures, as lines. */
export class Charts {
	#points: readonly { readonly at: number; readonly figures: Figures | undefined }[] = [];
	readonly #plots = CHARTS.map((chart) => ({ chart, plot: plotOf(chart) }));

	/** @param at When, in seconds. */
	add(figures: Figures, at: number): void {
		const last = this.#points.at(-1);
		const gap = last !== undefined && at - last.at > GAP ? [{ at: last.at + 1, figures: undefined }] : [];
		const kept = this.#points.filter((point) => point.at >= at - SHOWN);
		this.#points = [...kept, ...gap, { at, figures }];
		this.#draw(at);
	}

	clear(): void {
		this.#points = [];
	}

	#draw(now: number): void {
		const times = this.#points.map(({ at }) => at - now);
		for (const { chart, plot } of this.#plots) {
			const values = chart.lines.map(({ of }) =>
				this.#points.map(({ figures }) => (figures === undefined ? null : (of(figures) ?? null))),
			);
			plot.setData([times, ...values]);
		}
	}
}

function plotOf({ id, lines, text, least }: Chart): uPlot {
	const series = lines.map(
		({ colour: name }): uPlot.Series => ({
			stroke: () => colour(name),
			width: 1.75,
			points: { show: false },
		}),
	);
	const parent = element(id);
	const plot = mount(
		{
			height: HEIGHT,
			padding: [8, 14, 0, 0],
			legend: { show: false },
			cursor: { points: { show: false }, drag: { x: false, y: false }, y: false },
			scales: {
				x: { time: false, range: [-SHOWN, 0] },
				y: { range: (_, __, most) => [0, Math.max(least, most ?? 0) * 1.1] },
			},
			axes: [
				axis({
					size: 26,
					splits: () => [-240, -120, 0],
					values: (_, splits) => splits.map((at) => (at === 0 ? "now" : `${at / 60} min`.replace("-", "−"))),
				}),
				axis({ size: 58, space: 34, values: (_, splits) => splits.map((value) => text(value)) }),
			],
			series: [{}, ...series],
			hooks: { setCursor: [(shown) => setTip?.(tipText(shown, lines, text))] },
		},
		[[], ...lines.map(() => [])],
		parent,
	);
	const setTip: ReturnType<typeof tip> | undefined = tip(plot);
	return plot;
}

function tipText(plot: uPlot, lines: readonly Line[], text: (value: number) => string): string | undefined {
	const { idx } = plot.cursor;
	if (idx === null || idx === undefined) return undefined;
	const ago = -(plot.data[0][idx] ?? 0);
	const values = lines.map(({ name }, place) => {
		const value = plot.data[place + 1]?.[idx];
		return `${name}: ${value === null || value === undefined ? "nothing" : text(value)}`;
	});
	return [ago < 1 ? "now" : `${ago.toFixed(0)} s ago`, ...values].join("\n");
}

function inMs(seconds: number | undefined): number | undefined {
	return seconds === undefined ? undefined : seconds * 1000;
}
