/** Milliseconds as seconds, with two decimals. */
export function seconds(ms: number): string {
	return (ms / 1000).toFixed(2);
}

/** A share as a percentage, rounded down: 99.97 % must not look like all of them. */
export function percent(share: number): string {
	return share === 1 ? "100 %" : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
