// What a sample of a latency costs: the log-bucketed counts that a rank keeps against the t-digest that it sends.
// Percentiles are compared with the exact ones. `node bench/digest.js [samples]`, after `npm run build`.
import { random } from "./random.js";
import { row } from "./table.js";

/** What keeps the samples is no public name. @type {typeof import("../src/llama/measure/distribution/samples.ts")} */
const { Samples } = await import(
	new URL("../dist/src/llama/measure/distribution/samples.js", import.meta.url).href
);
/** @type {typeof import("../src/llama/measure/distribution/digest.ts")} */
const { Digest, summarise } = await import(
	new URL("../dist/src/llama/measure/distribution/digest.js", import.meta.url).href
);

const count = Number(process.argv[2] ?? 200_000);

const next = random(1);
const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** @param {() => number} value */
const make = (value) => Float64Array.from({ length: count }, value);
const lognormal = make(() => Math.exp(3 + normal()));
const shapes = {
	lognormal,
	bimodal: make(() => (next() < 0.9 ? 8 + normal() * 0.5 : 90 + normal() * 5)),
	Pareto: make(() => (1 - next()) ** (-1 / 1.5)),
	sorted: lognormal.slice().sort(),
};

row(["shape", "kept by", "us/sample", "p50 err %", "p95 err %", "p99 err %", "KB sent"]);
for (const [shape, values] of Object.entries(shapes)) {
	const sorted = values.slice().sort();
	for (const [name, sketch] of /** @type {const} */ ([
		["t-digest", new Digest()],
		["buckets", new Samples()],
	])) {
		const start = performance.now();
		for (const value of values) sketch.push(value);
		const us = ((performance.now() - start) * 1000) / count;
		const data = sketch.toData();
		const { p50, p95, p99 } = summarise([data]);
		const errors = [p50, p95, p99].map((got, index) => {
			const exact = sorted[Math.ceil(([0.5, 0.95, 0.99][index] ?? 0) * count) - 1] ?? Number.NaN;
			return (100 * ((got ?? Number.NaN) - exact)) / exact;
		});
		row([shape, name, us, ...errors, JSON.stringify(data).length / 1000]);
	}
}
