import test from "ava";
import { Registry } from "../../../src/llama/metrics/registry.ts";
import { readExposition } from "./exposition.ts";

test("each kind of metric is written as Prometheus' text format has it", (t) => {
	const registry = new Registry();
	const requests = registry.counter("requests_total", "Requests.");
	requests.of({ code: "200" }).add();
	requests.of({ code: "500" }).add(2);
	registry.gauge("free", "Free places.", () => 3);
	registry.gauge("up", "Up.", () => [{ labels: { rank: "0" }, value: Number.POSITIVE_INFINITY }]);
	const seconds = registry.histogram("seconds", "Time.", [0.5, 1]);
	for (const value of [0.5, 0.75, 3]) seconds.of().observe(value);
	registry.sampled("lag", { type: "summary", help: "Lag." }, () => [
		{ labels: { quantile: "0.5" }, value: Number.NaN },
		{ suffix: "_sum", value: 1e21 },
	]);
	t.is(
		registry.render(),
		`# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{code="200"} 1
requests_total{code="500"} 2
# HELP free Free places.
# TYPE free gauge
free 3
# HELP up Up.
# TYPE up gauge
up{rank="0"} +Inf
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{le="0.5"} 1
seconds_bucket{le="1"} 2
seconds_bucket{le="+Inf"} 3
seconds_sum 4.25
seconds_count 3
# HELP lag Lag.
# TYPE lag summary
lag{quantile="0.5"} NaN
lag_sum 1e+21
`,
	);
});

test("what a label or a help text holds stays within it", (t) => {
	const registry = new Registry();
	const nasty = 'a"b\\n\\\nc",d="e';
	registry.counter("nasty_total", "One\nline \\ only.").of({ label: nasty }).add();
	const text = registry.render();
	t.is(text.split("\n").length, 4);
	t.deepEqual(readExposition(text).lines, [{ name: "nasty_total", labels: { label: nasty }, value: 1 }]);
});

test("the same labels are the same series", (t) => {
	const registry = new Registry();
	const counter = registry.counter("a_total", "A.");
	const histogram = registry.histogram("b", "B.", [1]);
	for (const _ of [1, 2]) {
		counter.of({ x: "1" }).add();
		histogram.of({ x: "1" }).observe(1, 3);
	}
	const page = readExposition(registry.render());
	t.is(page.value("a_total", { x: "1" }), 2);
	t.is(page.value("b_count", { x: "1" }), 6);
	t.is(page.value("b_sum", { x: "1" }), 6);
});

test("a name that Prometheus would refuse, one that is there, and buckets out of order are refused", (t) => {
	const registry = new Registry();
	registry.counter("a_total", "A.");
	t.throws(() => registry.counter("a_total", "A."), { message: /it is there already/ });
	t.throws(() => registry.counter("a", "A."), { message: /must end with _total/ });
	t.throws(() => registry.gauge("no-name", "A.", () => 1), { message: /Cannot name a metric "no-name"/ });
	t.throws(() => registry.histogram("h", "H.", [1, 1]), { message: /they must ascend/ });
});
