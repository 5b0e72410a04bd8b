import test from "ava";
import fc from "fast-check";
import { lanes } from "../../../src/llama/report/lanes.ts";

test("lanes() never lets two requests of a slot overlap, and takes no slot more than run at a time", (t) => {
	const interval = fc
		.tuple(fc.nat(100), fc.nat(30))
		.map(([servedMs, length]) => ({ servedMs, endMs: servedMs + length + 1 }));
	fc.assert(
		fc.property(fc.array(interval, { maxLength: 40 }), (intervals) => {
			const given = lanes(intervals);
			const overlap = (a: (typeof intervals)[number], b: (typeof intervals)[number]) =>
				a.servedMs < b.endMs && b.servedMs < a.endMs;
			const clash = intervals.some((one, place) =>
				intervals.some((other, at) => at > place && given[at] === given[place] && overlap(one, other)),
			);
			const most = Math.max(
				0,
				...intervals.map(
					({ servedMs }) =>
						intervals.filter((each) => each.servedMs <= servedMs && servedMs < each.endMs).length,
				),
			);
			return !clash && new Set(given).size === most;
		}),
	);
	t.deepEqual(lanes([]), []);
});
