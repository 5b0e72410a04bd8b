import test from "ava";
import { Scrape } from "../../../../../src/llama/gateway/page/live/scrape.ts";

const TEXT = `# HELP a_total Things.
# TYPE a_total counter
a_total{model_name="m",engine="0",reason="x"} 2
a_total{model_name="m",engine="1",reason="y"} 3.5
a_total{model_name="} 9\\n\\"\\\\",engine="1",reason="x"} 1e2
plain 7 1700000000
h_bucket{engine="0",le="+Inf"} 3
h_bucket{engine="0",le="0.5"} 1
h_bucket{engine="1",le="0.5"} 2
h_bucket{engine="1",le="+Inf"} 2
`;

test("a scrape sums the series of a metric, of all ranks or of one", (t) => {
	const scrape = new Scrape(TEXT, 0);
	t.is(scrape.sum("a_total"), 105.5);
	t.is(scrape.sum("a_total", 1), 103.5);
	t.is(scrape.sum("plain"), 7);
	t.is(scrape.sum("none"), 0);
	t.deepEqual(
		[...scrape.by("a_total", "reason")],
		[
			["x", 102],
			["y", 3.5],
		],
	);
	t.deepEqual([...scrape.by("a_total", "model_name").keys()], ["m", '} 9\n"\\']);
});

test("a scrape's histogram is in the order of its bounds, over all ranks", (t) => {
	t.deepEqual(
		[...new Scrape(TEXT, 0).histogram("h")],
		[
			[0.5, 3],
			[Infinity, 5],
		],
	);
});
