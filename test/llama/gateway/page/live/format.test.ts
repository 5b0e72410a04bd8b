import test from "ava";
import { percent, short, time, uptime } from "../../../../../src/llama/gateway/page/live/format.ts";

test("numbers have the figures that a reader needs", (t) => {
	t.deepEqual([0, 0.25, 5.55, 42, 1234, 9994, 12_345, 1_234_567].map(short), [
		...["0", "0.25", "5.5", "42", "1234", "9994", "12.3 k", "1.23 M"],
	]);
	t.deepEqual([undefined, 0, 0.9999, 1].map(percent), ["–", "0 %", "99.9 %", "100 %"]);
});

test("a time that a histogram knows no better is said to be below or above its bound", (t) => {
	t.is(time({ seconds: 0.3, side: "below" }), "< 300 ms");
	t.is(time({ seconds: 80, side: "above" }), "> 80.0 s");
	t.is(time(undefined), "–");
});

test("an uptime has its two greatest units", (t) => {
	t.deepEqual([5, 65, 3_700, 90_000].map(uptime), ["5 s", "1 min 5 s", "1 h 1 min", "1 d 1 h"]);
});
