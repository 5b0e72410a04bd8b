/** Colours of the page's style, which follow the reader's light or dark. */

const COLOURS = 8;
/** With more ranks than this the colours tell nothing: all get the same. */
const MOST_COLOURED = 16;

export function colour(name: string): string {
	return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** The colour of the rank at a place of the list of ranks. */
export function rankColour(place: number, ranks: number): string {
	return colour(`rank-${ranks > MOST_COLOURED ? 0 : place % COLOURS}`);
}

/** Whether each rank can have an entry of its own in a legend. */
export function isColoured(ranks: number): boolean {
	return ranks <= MOST_COLOURED;
}

/** Calls back when the reader turns from light to dark or the other way. */
export function onThemeChange(redraw: () => void): void {
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}
