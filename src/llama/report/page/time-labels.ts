const MOST_DECIMALS = 3;

/** Labels for points in time, in milliseconds: all in one unit, with as many decimals as they need. */
export function timeLabels(times: readonly number[]): string[] {
	const isShort = (times.at(-1) ?? 0) < 1000;
	const values = times.map((ms) => (isShort ? ms : ms / 1000));
	let decimals = 0;
	while (decimals < MOST_DECIMALS && values.some((value) => !isWhole(value * 10 ** decimals))) decimals += 1;
	return values.map((value) => (value === 0 ? "0" : `${value.toFixed(decimals)} ${isShort ? "ms" : "s"}`));
}

function isWhole(value: number): boolean {
	return Math.abs(value - Math.round(value)) < 1e-6;
}
