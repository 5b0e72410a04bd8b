import uPlot from "uplot";
import { axis } from "./chart.ts";

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

/** All labels have one unit, and as many decimals as tell them apart. */
export function timeAxis(): uPlot.Axis {
	return axis({
		values: (_, splits) => {
			const last = splits.at(-1) ?? 0;
			const step = (splits[1] ?? last) - (splits[0] ?? 0);
			if (last < 1000) return splits.map((ms) => (ms === 0 ? "0" : `${Number(ms.toPrecision(6))} ms`));
			const decimals = Math.min(3, Math.max(0, Math.ceil(-Math.log10(step / 1000) - 1e-9)));
			return splits.map((ms) => (ms === 0 ? "0" : `${(ms / 1000).toFixed(decimals)} s`));
		},
	});
}
