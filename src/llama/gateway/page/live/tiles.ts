import { element, put } from "../../../page/dom.ts";
import type { Figures, Times } from "./figures.ts";
import { NOTHING, percent, short, time } from "./format.ts";

/** The two texts of each tile: the figure, and the line below it. */
const TILES: Readonly<Record<string, (figures: Figures) => readonly [figure: string, line: string]>> = {
	requests: ({ requestsPerSecond }) => [short(requestsPerSecond), "answered per second"],
	tokens: ({ tokensOut, tokensIn }) => [short(tokensOut), `${short(tokensIn)} read per second`],
	running: ({ running, waiting }) => [short(running), `${short(waiting)} waiting`],
	success: ({ answered, failed }) => [
		percent(answered + failed === 0 ? undefined : answered / (answered + failed)),
		`${failed === 0 ? "none" : short(failed)} of ${short(answered + failed)} failed`,
	],
	refused: ({ refused, cancelled }) => [
		short([...refused.values()].reduce((sum, count) => sum + count, 0)),
		mainReason(refused) ?? `${short(cancelled)} cancelled`,
	],
	ttft: ({ ttft }) => both(ttft),
	itl: ({ itl }) => both(itl),
	e2e: ({ e2e }) => both(e2e),
	queue: ({ queue }) => both(queue),
	cached: ({ cached, cachedSinceStart }) => [percent(cached), `${percent(cachedSinceStart)} since start`],
};

/** Shows the figures; undefined: nothing is known. */
export function showTiles(figures: Figures | undefined): void {
	for (const [name, texts] of Object.entries(TILES)) {
		const [figure, line] = figures === undefined ? [NOTHING, NOTHING] : texts(figures);
		const tile = element(`tile-${name}`);
		put(tile.children[1] as Element, figure);
		put(tile.children[2] as Element, line);
	}
}

function both({ p50, p95 }: Times): [string, string] {
	return [time(p95), `p50 ${time(p50)}`];
}

function mainReason(refused: ReadonlyMap<string, number>): string | undefined {
	const [first] = [...refused].sort(([, a], [, b]) => b - a);
	return first === undefined ? undefined : `${short(first[1])} ${first[0].replaceAll("_", " ")}`;
}
