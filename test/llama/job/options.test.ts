import test from "ava";
import { JobError, parseOptions } from "../../../src/llama/index.ts";

const parse = (...argv: string[]) => parseOptions(argv, "prog.js");

const ENGINE_DEFAULTS = {
	engine: "auto",
	llamaServer: undefined,
	engineArgs: [],
	endpoints: [],
	apiKeyFile: undefined,
	requestTimeout: undefined,
} as const;

const REPORT_DEFAULTS = {
	md: undefined,
	html: undefined,
	trace: undefined,
	rate: undefined,
	burstiness: 1,
	measureCache: false,
	sweep: undefined,
	slo: undefined,
	minSuccess: 100,
	...{ metricsPort: undefined, metricsHost: undefined },
};

const NOTHING_SAID = {
	...{ inFormat: undefined, promptField: undefined, promptTemplate: undefined, keepFields: [] },
	...{
		system: undefined,
		raw: false,
		ignoreUnknown: false,
		topP: undefined,
		topK: undefined,
		minP: undefined,
	},
};

test("parseOptions() has a default for everything", (t) => {
	t.deepEqual(parse(), {
		...{ model: undefined, models: [] },
		prompts: undefined,
		requests: undefined,
		inflight: 4,
		...NOTHING_SAID,
		maxTokens: undefined,
		temperature: undefined,
		seed: 1,
		contextSize: undefined,
		gpu: "auto",
		gpuLayers: "auto",
		threads: undefined,
		warmup: 0,
		out: undefined,
		json: undefined,
		...ENGINE_DEFAULTS,
		...REPORT_DEFAULTS,
		print: false,
		policy: "dynamic",
		resume: false,
		retryFailed: false,
		ordered: false,
		maxRestarts: 3,
	});
});

test("parseOptions() reads all options, with a space or an equals sign", (t) => {
	const read = parse(
		...["--model", "m.gguf", "--prompts=p.txt", "--requests", "10", "--inflight=2", "--max-tokens", "3"],
		...["--temperature", "0", "--seed=0", "--ctx-size", "512", "--gpu", "cuda", "--gpu-layers", "7"],
		...["--threads=3", "--warmup", "1", "--out", "-dash", "--json=j.json", "--print"],
		...["--policy", "prefix", "--retry-failed", "--ordered", "--max-restarts", "0"],
	);
	t.deepEqual(read, {
		...{ model: "m.gguf", models: ["m.gguf"] },
		prompts: "p.txt",
		requests: 10,
		inflight: 2,
		...NOTHING_SAID,
		maxTokens: 3,
		temperature: 0,
		seed: 0,
		contextSize: 512,
		gpu: "cuda",
		gpuLayers: 7,
		threads: 3,
		warmup: 1,
		out: "-dash",
		json: "j.json",
		...ENGINE_DEFAULTS,
		...REPORT_DEFAULTS,
		print: true,
		policy: "prefix",
		resume: true,
		retryFailed: true,
		ordered: true,
		maxRestarts: 0,
	});
	t.is(parse("--gpu-layers", "max").gpuLayers, "max");
});

const MISTAKES: readonly (readonly [readonly string[], string])[] = [
	[["--seed", "1", "--seed", "2"], "Cannot use --seed twice, with 1 and 2: it takes one value"],
	[["--metrics-host", "::1"], "Cannot use --metrics-host without --metrics-port"],
	[["--metrics-port", "65536"], "Cannot use --metrics-port 65536: it takes a whole number from 0 to 65535"],
	[
		["--metrics-port", "0", "--sweep", "np=1,2"],
		"Cannot use --metrics-port with --sweep: it has one run for each setting; use --json or --md",
	],
	[["--inflight", "0"], "Cannot use --inflight 0: it takes a whole number from 1 to 256"],
	[["--inflight", "-1"], "Cannot use --inflight -1: it takes a whole number from 1 to 256"],
	[["--inflight", "1.5"], "Cannot use --inflight 1.5: it takes a whole number from 1 to 256"],
	[["--inflight", "100000"], "Cannot use --inflight 100000: it takes a whole number from 1 to 256"],
	[["--inflight", "4x"], "Cannot use --inflight 4x: it takes a whole number from 1 to 256"],
	[["--inflight="], "Cannot use --inflight without a value: --inflight K"],
	[["--inflight"], "Cannot use --inflight without a value: --inflight K"],
	[["--out", "--json", "x"], "Cannot use --out without a value: --out FILE"],
	[["--requests", "0"], "Cannot use --requests 0: it takes a whole number from 1 to 4294967295"],
	[["--requests", "1e99"], "Cannot use --requests 1e99: it takes a whole number from 1 to 4294967295"],
	[["--temperature", "hot"], "Cannot use --temperature hot: it takes a number from 0 to 100"],
	[["--temperature=-0.1"], "Cannot use --temperature -0.1: it takes a number from 0 to 100"],
	[["--temperature", "NaN"], "Cannot use --temperature NaN: it takes a number from 0 to 100"],
	[["--seed", "-1"], "Cannot use --seed -1: it takes a whole number from 0 to 4294967295"],
	[["--max-tokens", "0"], "Cannot use --max-tokens 0: it takes a whole number from 1 up"],
	[["--ctx-size", "1"], "Cannot use --ctx-size 1: it takes a whole number from 2 up"],
	[["--gpu", "amd"], "Cannot use --gpu amd: it takes auto, cuda, cpu"],
	[["--gpu-layers", "-1"], "Cannot use --gpu-layers -1: it takes auto, max or a whole number from 0 up"],
	[["--print=yes"], "Cannot use --print with a value: it is a switch"],
	[["--inflght", "3"], "Unknown option --inflght: did you mean --inflight?"],
	[["--ctxsize=3"], "Unknown option --ctxsize: did you mean --ctx-size?"],
	[["--frobnicate"], "Unknown option --frobnicate: see --help"],
	[["-x"], "Unknown option -x: see --help"],
	[["extra"], 'Cannot use the argument "extra": all arguments are options; see --help'],
];
for (const [argv, message] of MISTAKES) {
	test(`parseOptions() refuses ${argv.join(" ")}`, (t) => {
		const error = t.throws(() => parse(...argv), { instanceOf: JobError, message });
		t.is(error?.exitCode, 2);
	});
}

test("parseOptions() gives the help for --help and -h, whatever else is there", (t) => {
	for (const argv of [["--help"], ["-h"], ["--inflight", "0", "--help"]]) {
		const error = t.throws(() => parse(...argv), {
			instanceOf: JobError,
			message: /^Usage: tsmpirun -np N prog\.js /,
		});
		t.is(error?.exitCode, 0);
		t.true((error?.message ?? "").split("\n").every((line) => line.length <= 120));
	}
});

test("parseOptions() gives what the figures of a report mean for --help report", (t) => {
	const error = t.throws(() => parse("--help", "report"), { instanceOf: JobError });
	t.is(error?.exitCode, 0);
	t.regex(error?.message ?? "", /^TTFT +request start to first token/m);
	t.regex(error?.message ?? "", /^goodput +/m);
	t.false(error?.message.includes("Usage"));
});
