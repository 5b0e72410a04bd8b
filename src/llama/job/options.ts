import { parseArgs } from "node:util";
import { nearest } from "../../base/nearest.ts";
import { MAX_SLOTS } from "../engine/options.ts";
import { JobError } from "../errors.ts";
import { parseSlo, type Slo } from "../measure/slo.ts";
import { POLICIES, type Policy } from "../schedule/policies.ts";
import { ENGINE_SPECS, type EngineChoice, readEngineChoice } from "./engine-options.ts";
import { parseSweep, type Sweep } from "./sweep.ts";

/** What the command line of a job says. */
export interface JobOptions extends EngineChoice {
	readonly model: string | undefined;
	readonly prompts: string | undefined;
	readonly requests: number | undefined;
	readonly inflight: number;
	readonly maxTokens: number;
	readonly temperature: number;
	readonly seed: number;
	readonly contextSize: number | undefined;
	readonly gpu: "auto" | "cuda" | "cpu";
	readonly gpuLayers: "auto" | "max" | number;
	readonly threads: number | undefined;
	readonly warmup: number;
	readonly out: string | undefined;
	readonly json: string | undefined;
	readonly md: string | undefined;
	readonly html: string | undefined;
	readonly trace: string | undefined;
	/** Requests per second, of all ranks together; undefined is a closed loop. */
	readonly rate: number | undefined;
	readonly burstiness: number;
	readonly measureCache: boolean;
	readonly sweep: Sweep | undefined;
	readonly slo: Slo | undefined;
	/** Percent of the requests. */
	readonly minSuccess: number;
	readonly print: boolean;
	readonly policy: Policy;
	/** Go on from the answers that `out` has. */
	readonly resume: boolean;
	/** Run again what failed before. */
	readonly retryFailed: boolean;
	readonly ordered: boolean;
	/** Starts of a dead engine in a row. */
	readonly maxRestarts: number;
}

const MOST_REQUESTS = 2 ** 32 - 1;

interface OptionSpec {
	/** What stands for the value in the help; undefined for a switch. */
	readonly value?: string;
	readonly help: string;
}

const SPECS = {
	model: { value: "FILE.gguf", help: "model; without it a demo model of random weights" },
	in: {
		value: "FILE",
		help: "OpenAI batch lines, JSONL with prompt or messages, or a prompt per line; else built-in ones",
	},
	prompts: { value: "FILE", help: "the same as --in" },
	requests: { value: "N", help: "run N requests, going round the prompts; without it each prompt once" },
	inflight: { value: "K", help: "requests that a rank runs at the same time (4)" },
	"max-tokens": { value: "N", help: "most tokens of an answer (64)" },
	temperature: { value: "T", help: "0 is greedy (0.8)" },
	seed: { value: "N", help: "request i samples with seed N + i (1)" },
	"ctx-size": { value: "N", help: "tokens of context for each request (the model's, at most 4096)" },
	...ENGINE_SPECS,
	gpu: { value: "auto|cuda|cpu", help: "auto takes CUDA where it works; cuda fails without it (auto)" },
	"gpu-layers": { value: "auto|max|N", help: "layers on the GPU (auto)" },
	threads: { value: "N", help: "processor threads per rank (the host's cores shared out between its ranks)" },
	warmup: { value: "N", help: "requests per rank that are run first and not counted (0)" },
	policy: {
		value: POLICIES.join("|"),
		help: "who runs what: whoever has room; dealt in turn; like beginnings together (dynamic)",
	},
	out: { value: "FILE", help: "write the answers as JSONL, each as it comes" },
	resume: { help: "go on with the answers that --out has: only what is not answered is run" },
	"retry-failed": { help: "as --resume, and run again what failed" },
	ordered: { help: "put a batch's answers in order at the end; plain prompts' always are" },
	"max-restarts": { value: "N", help: "starts of a dead engine in a row, before it is given up (3)" },
	json: { value: "FILE", help: "write the report as JSON" },
	md: { value: "FILE", help: "write the report as Markdown" },
	html: { value: "FILE", help: "write the report as a page with its curves, to be opened without network" },
	trace: { value: "FILE", help: "write the requests' times as a Chrome trace (Perfetto)" },
	rate: { value: "R", help: "R requests per second on all ranks together, ready or not (open loop)" },
	burstiness: {
		value: "B",
		help: "with --rate: 1 is Poisson, less comes in bursts, more evenly, inf exactly (1)",
	},
	"measure-cache": { help: "first measure TTFT with a cold and with a warm prompt cache" },
	sweep: { value: "NAME=A,B,...", help: "run once for each inflight, np, gpu-layers or model, and compare" },
	slo: { value: "ttft=MS,...", help: "limits (ttft, tpot, e2e) that share=99 % of the requests must keep" },
	"min-success": { value: "PERCENT", help: "requests that must succeed, or the exit code is 1 (100)" },
	print: { help: "print each answer as it arrives" },
	help: { help: "print this" },
} as const satisfies Record<string, OptionSpec>;

type OptionName = keyof typeof SPECS;
const NAMES = Object.keys(SPECS) as OptionName[];

/** A longer option has a line of its own in the help. */
const HELP_COLUMN = 28;

/** What `--help` prints. */
export function helpText(program: string): string {
	const lines = NAMES.map((name) => {
		const spec: OptionSpec = SPECS[name];
		const head = spec.value === undefined ? `  --${name}` : `  --${name} ${spec.value}`;
		const gap = head.length + 2 > HELP_COLUMN ? `\n${" ".repeat(HELP_COLUMN)}` : "";
		return `${head.padEnd(gap === "" ? HELP_COLUMN : 0)}${gap}${spec.help}`;
	});
	return `Usage: tsmpirun -np N ${program} [options]\n\n${lines.join("\n")}`;
}

/**
 * Reads a job's command line.
 *
 * @throws {JobError} with exit code 2 for a mistake; with exit code 0 and the help text for `--help`.
 */
export function parseOptions(argv: readonly string[], program: string): JobOptions {
	const values = collect(argv, program);
	checkTogether(values);
	return {
		model: values.get("model"),
		prompts: values.get("in") ?? values.get("prompts"),
		requests: optional(values, "requests", (name) => integer(values, name, 1, undefined, MOST_REQUESTS)),
		inflight: integer(values, "inflight", 1, 4, MAX_SLOTS),
		maxTokens: integer(values, "max-tokens", 1, 64),
		temperature: number(values, "temperature", 0.8, 0, 100),
		seed: integer(values, "seed", 0, 1, 2 ** 32 - 1),
		contextSize: optional(values, "ctx-size", (name) => integer(values, name, 2)),
		...readEngineChoice((name) => values.get(name)),
		gpu: choice(values, "gpu", ["auto", "cuda", "cpu"]),
		gpuLayers: layers(values.get("gpu-layers") ?? "auto"),
		threads: optional(values, "threads", (name) => integer(values, name, 1, undefined, 1024)),
		warmup: integer(values, "warmup", 0, 0),
		out: values.get("out"),
		json: values.get("json"),
		md: values.get("md"),
		html: values.get("html"),
		trace: values.get("trace"),
		rate: optional(values, "rate", (name) => number(values, name, 0, 1e-3, 1e6)),
		burstiness: burstiness(values),
		measureCache: values.has("measure-cache"),
		sweep: optional(values, "sweep", (name) => parseSweep(values.get(name) ?? "")),
		slo: optional(values, "slo", (name) => parseSlo(values.get(name) ?? "")),
		minSuccess: number(values, "min-success", 100, 0, 100),
		print: values.has("print"),
		policy: choice(values, "policy", POLICIES),
		resume: values.has("resume") || values.has("retry-failed"),
		retryFailed: values.has("retry-failed"),
		ordered: values.has("ordered"),
		maxRestarts: integer(values, "max-restarts", 0, 3, 1_000_000),
	};
}

function checkTogether(values: Values): void {
	if (values.has("in") && values.has("prompts")) {
		throw mistake("Cannot use --in with --prompts: they are the same");
	}
	for (const name of ["resume", "retry-failed", "ordered"] as const) {
		if (values.has(name) && !values.has("out")) throw mistake(`Cannot use --${name} without --out`);
	}
	if (values.has("burstiness") && !values.has("rate")) {
		throw mistake("Cannot use --burstiness without --rate: a closed loop has no gaps of its own");
	}
	for (const name of ["out", "html", "trace", "print"] as const) {
		if (values.has(name) && values.has("sweep")) {
			throw mistake(`Cannot use --${name} with --sweep: it has one run for each setting; use --json or --md`);
		}
	}
}

type Values = ReadonlyMap<OptionName, string>;

function collect(argv: readonly string[], program: string): Values {
	const options = Object.fromEntries(
		NAMES.map((name) => [
			name,
			{ type: (SPECS[name] as OptionSpec).value === undefined ? "boolean" : "string" } as const,
		]),
	);
	const { tokens } = parseArgs({
		args: [...argv],
		options,
		strict: false,
		allowPositionals: true,
		tokens: true,
	});
	const values = new Map<OptionName, string>();
	for (const token of tokens) {
		if (token.kind === "option-terminator") continue;
		if (token.kind === "positional") {
			throw mistake(
				`Cannot use the argument ${JSON.stringify(token.value)}: all arguments are options; see --help`,
			);
		}
		const name = NAMES.find((candidate) => candidate === token.name);
		if (name === "help" || token.rawName === "-h") throw new JobError(helpText(program), 0);
		if (name === undefined || !token.rawName.startsWith("--")) throw unknownOption(token.rawName);
		const spec: OptionSpec = SPECS[name];
		if (spec.value === undefined) {
			if (token.value !== undefined) throw mistake(`Cannot use --${name} with a value: it is a switch`);
		} else if (
			token.value === undefined ||
			token.value === "" ||
			(!token.inlineValue && isOption(token.value) && name !== "engine-args")
		) {
			throw mistake(`Cannot use --${name} without a value: --${name} ${spec.value}`);
		}
		values.set(name, token.value ?? "");
	}
	return values;
}

/** "--max-tokens" after an option that needs a value is not that value, but "-1" may be. And arguments are arguments. */
function isOption(text: string): boolean {
	return text.startsWith("--");
}

function unknownOption(name: string): JobError {
	const guess = nearest(name.replace(/^-+/, ""), NAMES);
	return mistake(
		`Unknown option ${name}: ${guess === undefined ? "see --help" : `did you mean --${guess}?`}`,
	);
}

function optional<T>(values: Values, name: OptionName, read: (name: OptionName) => T): T | undefined {
	return values.has(name) ? read(name) : undefined;
}

function integer(
	values: Values,
	name: OptionName,
	least: number,
	fallback?: number,
	most = Number.MAX_SAFE_INTEGER,
): number {
	const text = values.get(name);
	if (text === undefined && fallback !== undefined) return fallback;
	const value = Number(text);
	if (text !== undefined && /^[+-]?\d+$/.test(text) && value >= least && value <= most) return value;
	const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} up` : `from ${least} to ${most}`;
	throw mistake(`Cannot use --${name} ${text}: it takes a whole number ${range}`);
}

function number(values: Values, name: OptionName, fallback: number, least: number, most: number): number {
	const text = values.get(name);
	if (text === undefined) return fallback;
	const value = Number(text);
	if (text.trim() !== "" && value >= least && value <= most) return value;
	throw mistake(`Cannot use --${name} ${text}: it takes a number from ${least} to ${most}`);
}

function burstiness(values: Values): number {
	const text = values.get("burstiness");
	if (text === undefined) return 1;
	const value = text === "inf" ? Number.POSITIVE_INFINITY : Number(text);
	if (text === "inf" || (value >= 1e-3 && value <= 1e6)) return value;
	throw mistake(`Cannot use --burstiness ${text}: it takes a number from 0.001 to 1000000, or inf`);
}

function choice<T extends string>(values: Values, name: OptionName, allowed: readonly [T, ...T[]]): T {
	const text = values.get(name) ?? allowed[0];
	const found = allowed.find((candidate) => candidate === text);
	if (found !== undefined) return found;
	throw mistake(`Cannot use --${name} ${text}: it takes ${allowed.join(", ")}`);
}

function layers(text: string): "auto" | "max" | number {
	if (text === "auto" || text === "max") return text;
	if (/^\d+$/.test(text)) return Number(text);
	throw mistake(`Cannot use --gpu-layers ${text}: it takes auto, max or a whole number from 0 up`);
}

function mistake(message: string): JobError {
	return new JobError(message, 2);
}
