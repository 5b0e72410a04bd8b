/** The longest time in seconds that a timer of Node can wait. */
export const LONGEST_SECONDS: number = Math.floor((2 ** 31 - 1) / 1000);

/** Seconds in decimal notation, up to what a timer can wait; undefined for any other text. */
export function parseSeconds(text: string): number | undefined {
	const seconds = /^\d*\.?\d+$|^\d+\.$/.test(text) ? Number(text) : Number.NaN;
	return seconds <= LONGEST_SECONDS ? seconds : undefined;
}
