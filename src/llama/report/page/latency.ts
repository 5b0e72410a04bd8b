import uPlot from "uplot";
import { axis, duration, legend, mount, tip } from "../../page/chart.ts";
import { colour, isColoured, rankColour } from "../../page/theme.ts";
import type { Curve, PageData } from "../page-data.ts";

const HEIGHT = 340;
/** Percent that have a line: those that people ask for. */
const SHARES = [0, 25, 50, 75, 95, 100];
/** When the slowest takes this many times as long as the median, a linear axis shows little but the slowest. */
const LOG_RATIO = 10;
/** What is quicker than the median by more than this is drawn as if it were not, on a logarithmic axis. */
const LOG_DEPTH = 30;

/** The distributions of one quantity at a time, as empirical distribution functions. */
export function showLatency(data: PageData, parent: HTMLElement, choices: HTMLElement): void {
	let chart: uPlot | undefined;
	const shown = data.distributions.filter(({ curves }) => curves.length > 0);
	const buttons = shown.map(({ name, curves }) => {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = name;
		button.addEventListener("click", () => {
			for (const other of buttons) other.setAttribute("aria-pressed", `${other === button}`);
			chart?.destroy();
			parent.replaceChildren();
			chart = draw(name, curves, data, parent);
		});
		return button;
	});
	choices.append(...buttons);
	if (buttons.length === 0) parent.textContent = "No request succeeded.";
	buttons[0]?.click();
}

function draw(name: string, curves: readonly Curve[], data: PageData, parent: HTMLElement): uPlot {
	const { from, to, log } = rangeOf(curves);
	const aligned = uPlot.join(
		curves.map(
			(curve): uPlot.AlignedData => [
				// At nought up to the first value, and at the top from the last to the end of the picture.
				[from, ...curve.values.map((value) => Math.max(value, from)), to],
				[0, ...curve.shares.map((share) => share * 100), 100],
			],
		),
	);
	const stroke = (curve: Curve) => () =>
		curve.rank === undefined ? colour("ink") : rankColour(data.ranks.indexOf(curve.rank), data.ranks.length);
	const stepped = uPlot.paths.stepped?.({ align: 1 });
	const chart = mount(
		{
			height: HEIGHT,
			legend: { show: false },
			cursor: { points: { show: false }, drag: { x: true, y: false } },
			scales: {
				x: { time: false, distr: log ? 3 : 1, range: (_, least, most) => [least ?? from, most ?? to] },
				y: { range: [0, 102] },
			},
			axes: [
				axis({
					labelSize: 18,
					labelGap: 0,
					label: `${name} (ms${log ? ", logarithmic" : ""})`,
					values: (_, splits) =>
						splits.map((value) => (value === null ? "" : `${Number(value.toPrecision(6))}`)),
				}),
				axis({ splits: () => SHARES, values: (_, splits) => splits.map(shareLabel), size: 52 }),
			],
			series: [
				{},
				...curves.map(
					(curve): uPlot.Series => ({
						stroke: stroke(curve),
						width: curve.rank === undefined ? 2.5 : 1.5,
						points: { show: false },
						spanGaps: true,
						...(stepped === undefined ? {} : { paths: stepped }),
					}),
				),
			],
			hooks: { setCursor: [(plot) => setTip?.(tooltip(plot, name, curves))] },
		},
		aligned,
		parent,
	);
	const setTip: ReturnType<typeof tip> | undefined = tip(chart);
	const named = isColoured(data.ranks.length) ? curves : curves.filter(({ rank }) => rank === undefined);
	legend(
		parent,
		named.map((curve) => ({ text: label(curve), colour: stroke(curve) })),
	);
	return chart;
}

/** What the axis shows, with some room on both sides: the distribution of a single value is a step, not nothing. */
function rangeOf(curves: readonly Curve[]): {
	readonly from: number;
	readonly to: number;
	readonly log: boolean;
} {
	const lowest = Math.min(...curves.map(({ values }) => values[0] ?? 0));
	const highest = Math.max(...curves.map(({ values }) => values.at(-1) ?? 0));
	const all = curves.at(-1);
	const median = all?.values[all.shares.findIndex((share) => share >= 0.5)] ?? 0;
	if (median > 0 && highest / median > LOG_RATIO) {
		return { from: Math.max(lowest, median / LOG_DEPTH) / 1.1, to: highest * 1.1, log: true };
	}
	const room = (highest - lowest) * 0.03 || highest * 0.1 || 1;
	return { from: Math.max(0, lowest - room), to: highest + room, log: false };
}

function tooltip(chart: uPlot, name: string, curves: readonly Curve[]): string | undefined {
	const { left = -1 } = chart.cursor;
	if (left < 0) return undefined;
	const at = chart.posToVal(left, "x");
	const shares = curves.map((curve) => {
		const above = curve.values.findIndex((value) => value > at);
		return { curve, share: above < 0 ? 1 : (curve.shares[above - 1] ?? 0) };
	});
	// Of many ranks the slowest is the one to know.
	const slowest = shares.reduce((worst, each) => (each.share < worst.share ? each : worst));
	const told = isColoured(curves.length - 1) ? shares : [slowest, ...shares.slice(-1)];
	const lines = told.map(({ curve, share }) => `${label(curve)}: ${(share * 100).toFixed(1)} %`);
	return [`${name} within ${duration(at)}`, ...lines].join("\n");
}

/** The top has no room for a label beside that of 95 %, and needs none. */
function shareLabel(share: number): string {
	return share === 100 ? "" : `${share} %`;
}

function label({ rank }: Curve): string {
	return rank === undefined ? "all ranks" : `rank ${rank}`;
}
