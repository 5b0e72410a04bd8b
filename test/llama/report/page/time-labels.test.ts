import test from "ava";
import { timeLabels } from "../../../../src/llama/report/page/time-labels.ts";

test("timeLabels() has one unit for all, and the decimals that tell them apart", (t) => {
	t.deepEqual(timeLabels([0, 500, 1000, 1500]), ["0", "0.5 s", "1.0 s", "1.5 s"]);
	t.deepEqual(timeLabels([0, 250, 500, 750]), ["0", "250 ms", "500 ms", "750 ms"]);
	t.deepEqual(timeLabels([500, 750, 1000]), ["0.50 s", "0.75 s", "1.00 s"]);
	t.deepEqual(timeLabels([0, 10_000, 20_000]), ["0", "10 s", "20 s"]);
	t.deepEqual(timeLabels([0, 0.5, 1]), ["0", "0.5 ms", "1.0 ms"]);
	t.deepEqual(timeLabels([]), []);
});
