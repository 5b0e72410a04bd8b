import test from "ava";
import { StopFilter } from "../../../src/llama/engine/stop-filter.ts";

/** What passes, piece by piece, and whether a stop text came. */
function filter(stops: readonly string[], ...pieces: readonly string[]): [string[], boolean] {
	const stopFilter = new StopFilter(stops);
	const passed = [...pieces.map((piece) => stopFilter.push(piece)), stopFilter.flush()];
	return [passed, stopFilter.stopped];
}

test("StopFilter lets pass what cannot be the beginning of a stop text", (t) => {
	t.deepEqual(filter([], "a", "b"), [["a", "b", ""], false]);
	t.deepEqual(filter([""], "a"), [["a", ""], false]);
	t.deepEqual(filter(["END"], "xE", "N", "x", "EN"), [["x", "", "ENx", "", "EN"], false]);
	t.deepEqual(filter(["END"], "xE", "N", "D", "more"), [["x", "", "", "", ""], true]);
	t.deepEqual(filter(["END"], "x END y"), [["x ", ""], true]);
	// The first occurrence counts, not the first stop text of the list.
	t.deepEqual(filter(["later", "now"], "a now b later"), [["a ", ""], true]);
	// "aab" after "aaab": the held text is not simply given up.
	t.deepEqual(filter(["aab"], "a", "a", "a", "b"), [["", "", "a", "", ""], true]);
});
