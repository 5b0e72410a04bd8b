import test from "ava";
import { JobError, parseOptions } from "../../../src/llama/index.ts";

const parse = (...argv: string[]) => parseOptions(argv, "prog.js");

test("parseOptions() reads what a report and a load can have", (t) => {
	const read = parse(
		...["--md", "r.md", "--html=r.html", "--trace", "t.json", "--rate", "2.5", "--burstiness=0.5"],
		...["--measure-cache", "--slo", "ttft=500, tpot=50,e2e=5e3,share=95", "--min-success", "99.5"],
	);
	t.like(read, {
		...{ md: "r.md", html: "r.html", trace: "t.json", rate: 2.5, burstiness: 0.5, measureCache: true },
		...{ slo: { ttft: 500, tpot: 50, e2e: 5000, share: 95 }, minSuccess: 99.5 },
	});
	t.is(parse("--rate", "1", "--burstiness", "inf").burstiness, Number.POSITIVE_INFINITY);
	t.deepEqual(parse("--slo", "tpot=50").slo, { tpot: 50, share: 99 });
});

test("parseOptions() reads a sweep of each thing that it can change", (t) => {
	t.deepEqual(parse("--sweep", "inflight=1,8").sweep, {
		axis: "inflight",
		settings: [
			{ label: "1", changes: { inflight: 1 } },
			{ label: "8", changes: { inflight: 8 } },
		],
	});
	t.deepEqual(parse("--sweep", "np=1, 4").sweep?.settings, [
		{ label: "1", changes: {}, ranks: 1 },
		{ label: "4", changes: {}, ranks: 4 },
	]);
	t.deepEqual(parse("--sweep", "gpu-layers=0,max").sweep?.settings, [
		{ label: "0", changes: { gpuLayers: 0 } },
		{ label: "max", changes: { gpuLayers: "max" } },
	]);
	t.deepEqual(parse("--sweep", "model=a=b.gguf,c.gguf").sweep?.settings, [
		{ label: "a=b.gguf", changes: { model: "a=b.gguf" } },
		{ label: "c.gguf", changes: { model: "c.gguf" } },
	]);
});

const SLO_FORM =
	"it takes ttft=MS, tpot=MS, e2e=MS and share=PERCENT, parted by commas, as in ttft=500,tpot=50";
const MISTAKES: readonly (readonly [readonly string[], string])[] = [
	[["--slo", "ttft"], "Cannot use --slo ttft: ttft needs a number above 0"],
	[["--slo", "ttft=0"], "Cannot use --slo ttft=0: ttft needs a number above 0"],
	[["--slo", "ttft=1,ttft=2"], "Cannot use --slo ttft=1,ttft=2: ttft is there twice"],
	[["--slo", "ttft:500"], `Cannot use --slo ttft:500: ${SLO_FORM}`],
	[["--slo", "share=90"], `Cannot use --slo share=90: ${SLO_FORM}`],
	[["--slo", "e2e=1,share=101"], "Cannot use --slo e2e=1,share=101: share is a percentage, at most 100"],
	[["--min-success", "101"], "Cannot use --min-success 101: it takes a number from 0 to 100"],
	[["--rate", "0"], "Cannot use --rate 0: it takes a number from 0.001 to 1000000"],
	[["--burstiness", "2"], "Cannot use --burstiness without --rate: a closed loop has no gaps of its own"],
	[
		["--rate", "1", "--burstiness", "0"],
		"Cannot use --burstiness 0: it takes a number from 0.001 to 1000000, or inf",
	],
	[
		["--sweep", "inflght=1,2"],
		"Cannot use --sweep inflght=1,2: it takes inflight, np, gpu-layers, model and a list, as in inflight=1,2,4; did you mean inflight?",
	],
	[["--sweep", "np"], "Cannot use --sweep np: np needs a list of values, as in np=1,2,4"],
	[["--sweep", "np=1,,2"], "Cannot use --sweep np=1,,2: np needs a list of values, as in np=1,2,4"],
	[["--sweep", "np=1,x"], "Cannot use --sweep np=1,x: x is not a whole number from 1 to 100000"],
	[["--sweep", "np=1,1"], "Cannot use --sweep np=1,1: 1 is there twice"],
	[["--sweep", "inflight=0"], "Cannot use --sweep inflight=0: 0 is not a whole number from 1 to 256"],
	[
		["--sweep", "np=1,2", "--html", "r.html"],
		"Cannot use --html with --sweep: it has one run for each setting; use --json or --md",
	],
];
for (const [argv, message] of MISTAKES) {
	test(`parseOptions() refuses ${argv.join(" ")}`, (t) => {
		const error = t.throws(() => parse(...argv), { instanceOf: JobError, message });
		t.is(error?.exitCode, 2);
	});
}
