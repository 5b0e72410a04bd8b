import type uPlot from "uplot";
import { axis, duration, legend, mount, tip } from "../../page/chart.ts";
import { colour, isColoured, rankColour } from "../../page/theme.ts";
import type { PageData } from "../page-data.ts";
import { LEFT, timeAxis, timeCursor } from "./time.ts";

/** Tokens per second over time, of each rank and of all. */
export function showThroughput({ ranks, throughput, wallMs }: PageData, parent: HTMLElement): void {
	const { widthMs, perRank } = throughput;
	const intervals = perRank[0]?.length ?? 0;
	const total = Array.from({ length: intervals }, (_, place) =>
		perRank.reduce((sum, rates) => sum + (rates[place] ?? 0), 0),
	);
	const each = ranks.length > 1 && isColoured(ranks.length) ? perRank : [];
	const middles = Array.from({ length: intervals }, (_, place) => Math.min(wallMs, (place + 0.5) * widthMs));
	const line = (stroke: () => string, width: number): uPlot.Series => ({
		stroke,
		width,
		points: { show: false },
	});
	const strokes = each.map((_, place) => () => rankColour(place, ranks.length));
	const chart = mount(
		{
			height: 240,
			legend: { show: false },
			cursor: timeCursor(),
			scales: {
				x: { time: false, range: (_, from, to) => [from ?? 0, to ?? wallMs] },
				y: { range: (_, __, most) => [0, (most || 1) * 1.08] },
			},
			axes: [timeAxis(), axis({ size: LEFT })],
			series: [{}, ...strokes.map((stroke) => line(stroke, 1.5)), line(() => colour("ink"), 2)],
			hooks: {
				setCursor: [
					(plot) => {
						const { idx } = plot.cursor;
						setTip?.(
							idx === null || idx === undefined
								? undefined
								: [
										`at ${duration(middles[idx] ?? 0)}`,
										...each.map((rates, place) => `rank ${ranks[place]}: ${rates[idx]?.toFixed(0)} tokens/s`),
										`all: ${total[idx]?.toFixed(0)} tokens/s`,
									].join("\n"),
						);
					},
				],
			},
		},
		[middles, ...each.map((rates) => [...rates]), total],
		parent,
	);
	const setTip: ReturnType<typeof tip> | undefined = tip(chart);
	legend(parent, [
		...strokes.map((stroke, place) => ({ text: `rank ${ranks[place]}`, colour: stroke })),
		{ text: "all ranks", colour: () => colour("ink") },
	]);
}
