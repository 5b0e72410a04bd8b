import test from "ava";
import { jobSettings, parseOptions } from "../../../src/llama/index.ts";
import { DEMO_MODEL_NOTE } from "../../../src/llama/model/demo/cache.ts";

const settings = (...argv: string[]) => jobSettings(parseOptions(argv, "prog.js"));

test("jobSettings() gives each part of the library the options that it takes", (t) => {
	t.deepEqual(settings(), {
		engine: {
			model: undefined,
			gpu: "auto",
			gpuLayers: "auto",
			contextSize: undefined,
			threads: undefined,
			slots: 4,
			engine: "auto",
			llamaServer: undefined,
			engineArgs: [],
			endpoints: [],
			apiKeyFile: undefined,
			requestTimeout: undefined,
			maxRestarts: 3,
		},
		warmUp: { requests: 0, inflight: 4, maxTokens: 64, temperature: undefined, seed: 1 },
		measure: { slo: undefined, timeline: false },
		batch: {
			in: undefined,
			out: undefined,
			requests: undefined,
			...{ inFormat: undefined, promptField: undefined, promptTemplate: undefined, keepFields: [] },
			...{ system: undefined, raw: false, ignoreUnknown: false, endpoint: false },
			...{ maxTokens: undefined, temperature: undefined, topP: undefined, topK: undefined, minP: undefined },
			seed: 1,
			resume: false,
			retryFailed: false,
			ordered: false,
		},
		metrics: { port: undefined, host: undefined, model: "tsmpi-demo-tiny" },
		run: { policy: "dynamic", inflight: 4, model: undefined, rate: undefined, burstiness: 1, seed: 1 },
		report: {
			model: "tsmpi-demo-tiny",
			modelNote: DEMO_MODEL_NOTE,
			inflight: 4,
			rate: undefined,
			burstiness: 1,
			slo: undefined,
			minSuccess: 100,
			sweep: undefined,
			json: undefined,
			md: undefined,
			html: undefined,
			trace: undefined,
			policy: "dynamic",
			sampling: { temperature: 0.8, top_p: 0.95, top_k: 40, min_p: 0.05, seed: 1, max_tokens: 64 },
		},
	});
});

test("jobSettings() passes on what the command line says", (t) => {
	const { engine, warmUp, measure, batch, run, report } = settings(
		...[
			"--model",
			"m.gguf",
			"--gpu",
			"cpu",
			"--ctx-size",
			"512",
			"--inflight",
			"2",
			"--warmup",
			"5",
			"--seed",
			"7",
		],
		...["--in", "a.jsonl", "--out", "b.jsonl", "--retry-failed", "--rate", "3", "--policy", "prefix"],
		...["--slo", "ttft=5", "--html", "r.html", "--min-success", "90", "--request-timeout", "1.5"],
	);
	t.like(engine, { model: "m.gguf", gpu: "cpu", contextSize: 512, slots: 2, requestTimeout: 1.5 });
	t.like(warmUp, { requests: 5, inflight: 2, seed: 7 });
	t.deepEqual(measure, { slo: { ttft: 5, share: 99 }, timeline: true });
	t.like(batch, { in: "a.jsonl", out: "b.jsonl", resume: true, retryFailed: true, seed: 7 });
	t.deepEqual(run, { policy: "prefix", inflight: 2, model: "m.gguf", rate: 3, burstiness: 1, seed: 7 });
	t.like(report, {
		model: "m.gguf",
		modelNote: undefined,
		inflight: 2,
		rate: 3,
		html: "r.html",
		minSuccess: 90,
	});
});

test("jobSettings() leaves the name of an endpoint's model to the endpoint", (t) => {
	const { engine, report } = settings("--endpoint", "http://127.0.0.1:1");
	t.like(engine, { engine: "endpoint", endpoints: ["http://127.0.0.1:1"] });
	t.like(report, { model: undefined, modelNote: undefined });
	// What its own requests do not say, only the endpoint knows.
	t.deepEqual(report.sampling, {
		...{ temperature: null, top_p: null, top_k: null, min_p: null },
		...{ seed: 1, max_tokens: 64 },
	});
	const given = settings("--endpoint", "http://127.0.0.1:1", "--in", "a.jsonl", "--top-k", "3");
	t.like(given.report.sampling, { top_k: 3, top_p: null, max_tokens: null });
});

test("jobSettings() calls a model by its name for metrics, without its path", (t) => {
	const named = (...argv: string[]) => settings("--metrics-port", "9100", ...argv).metrics;
	t.deepEqual(named("--model", "/some/where/m.gguf"), { port: 9100, host: undefined, model: "m.gguf" });
	t.is(named("--model", "https://example.org/m.gguf?key=secret").model, "m.gguf");
	t.is(named("--endpoint", "http://127.0.0.1:1").model, "endpoint");
});

test("jobSettings() puts what a setting of a sweep changes in the place of what the options say", (t) => {
	const options = parseOptions(["--model", "m.gguf", "--sweep", "inflight=1,8"], "prog.js");
	const [, second] = options.sweep?.settings ?? [];
	const { engine, warmUp, run, report } = jobSettings(options, second);
	t.is(engine.slots, 8);
	t.is(warmUp.inflight, 8);
	t.is(run.inflight, 8);
	t.is(report.sweep, "inflight");
	const models = parseOptions(["--sweep", "model=a.gguf,b.gguf"], "prog.js");
	t.is(jobSettings(models, models.sweep?.settings[0]).engine.model, "a.gguf");
	const layers = parseOptions(["--sweep", "gpu-layers=0,max"], "prog.js");
	t.is(jobSettings(layers, layers.sweep?.settings[1]).engine.gpuLayers, "max");
});
