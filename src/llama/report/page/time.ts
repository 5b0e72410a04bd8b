import uPlot from "uplot";
import { axis } from "../../page/chart.ts";
import { timeLabels } from "./time-labels.ts";

/** Room to the left of both charts over time, so that their axes lie below each other. */
export const LEFT = 64;

const sync = uPlot.sync("time");

/** Charts over time share their cursor and their zoom. */
export function timeCursor(): uPlot.Cursor {
	return {
		points: { show: false },
		drag: { x: true, y: false },
		sync: { key: sync.key, scales: ["x", null] },
	};
}

export function timeAxis(): uPlot.Axis {
	return axis({ values: (_, splits) => timeLabels(splits) });
}
