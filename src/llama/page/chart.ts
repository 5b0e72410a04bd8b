/*!
 * This page contains uPlot, under this licence:
 *
 * The MIT License (MIT)
 *
 * Copyright (c) 2022 Leon Sorokin
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy
 * of this software and associated documentation files (the "Software"), to deal
 * in the Software without restriction, including without limitation the rights
 * to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
 * copies of the Software, and to permit persons to whom the Software is
 * furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in
 * all copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
 * FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
 * OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
 * THE SOFTWARE.
 */
import uPlot from "uplot";
import { colour, onThemeChange } from "./theme.ts";

export const FONT = "12px system-ui, sans-serif";

/** An axis in the page's colours. */
export function axis(changes: uPlot.Axis = {}): uPlot.Axis {
	return {
		font: FONT,
		labelFont: FONT,
		stroke: () => colour("muted"),
		grid: { stroke: () => colour("line"), width: 1 },
		ticks: { stroke: () => colour("line"), width: 1, size: 5 },
		...changes,
	};
}

/** Puts a chart into an element, as wide as that is, and keeps it so. */
export function mount(
	options: Omit<uPlot.Options, "width">,
	data: uPlot.AlignedData,
	parent: HTMLElement,
): uPlot {
	const chart = new uPlot({ ...options, width: parent.clientWidth }, data, parent);
	new ResizeObserver(() => {
		if (parent.clientWidth > 0 && parent.clientWidth !== chart.width) {
			chart.setSize({ width: parent.clientWidth, height: options.height });
		}
	}).observe(parent);
	onThemeChange(() => chart.redraw());
	return chart;
}

/** Milliseconds as a reader wants them. */
export function duration(ms: number): string {
	if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
	if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
	return ms >= 10 ? `${ms.toFixed(0)} ms` : `${Number(ms.toPrecision(2))} ms`;
}

/** A box of text that follows the cursor. Returns what sets its text; undefined hides it. */
export function tip(chart: uPlot): (text: string | undefined) => void {
	const box = document.createElement("div");
	box.className = "tip";
	box.hidden = true;
	chart.over.append(box);
	return (text) => {
		const { left = -1, top = -1 } = chart.cursor;
		box.hidden = text === undefined || left < 0;
		if (box.hidden || text === undefined) return;
		box.textContent = text;
		const { clientWidth, clientHeight } = chart.over;
		const right = left > clientWidth / 2;
		box.style.left = right ? "" : `${left + 14}px`;
		box.style.right = right ? `${clientWidth - left + 14}px` : "";
		const low = top > clientHeight / 2;
		box.style.top = low ? "" : `${top + 10}px`;
		box.style.bottom = low ? `${clientHeight - top + 10}px` : "";
	};
}

/** Lines that say which colour is whose; they are drawn anew with the theme. */
export function legend(
	parent: HTMLElement,
	entries: readonly { readonly text: string; readonly colour: () => string }[],
): void {
	const list = document.createElement("div");
	list.className = "legend";
	for (const entry of entries) {
		const item = document.createElement("span");
		const line = document.createElement("i");
		const paint = () => {
			line.style.background = entry.colour();
		};
		paint();
		onThemeChange(paint);
		item.append(line, entry.text);
		list.append(item);
	}
	parent.append(list);
}
