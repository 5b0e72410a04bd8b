import { helpText } from "../../base/options/help.ts";
import { repeatedOption } from "../../base/options/repeated.ts";
import { type GivenOption, scanOptions } from "../../base/options/scan.ts";
import { OptionValues } from "../../base/options/values.ts";
import { IN_FORMATS, type InFormat } from "../batch/files/in-format.ts";
import { JobError } from "../errors.ts";
import { parseSlo, type Slo } from "../measure/slo.ts";
import type { ReportFiles } from "../report/outputs.ts";
import { definitionsText } from "../report/text.ts";
import { parseBurstiness } from "../schedule/arrivals.ts";
import { POLICIES, type Policy } from "../schedule/policies.ts";
import { type EngineChoice, readEngineChoice } from "./engine-options.ts";
import type { Sweep } from "./for-each-setting.ts";
import { type JobOptionName, OPTION_TABLE, refuse, usageError } from "./option-table.ts";
import { parseNames, readSharedOptions, type SharedOptions } from "./shared-options.ts";
import { parseSweep } from "./sweep.ts";

/** What the command line of a job says, with every default filled in. `jobSettings` sorts it by what it is for. */
export interface JobOptions extends EngineChoice, SharedOptions, Required<ReportFiles> {
	/** This rank's model; undefined is the demo model, or what an endpoint has. */
	readonly model: string | undefined;
	/** The models of all ranks: several where the programs of one job have different ones. */
	readonly models: readonly string[];
	/** Path of the requests (`--in`); undefined are the built-in prompts. */
	readonly prompts: string | undefined;
	/** How many requests to run, going round those of the file; undefined is each once. */
	readonly requests: number | undefined;
	/** What the file of requests is; undefined: by its name, else by what is in it. */
	readonly inFormat: InFormat | undefined;
	/** The column or key that is the prompt; undefined: `prompt`. */
	readonly promptField: string | undefined;
	/** The prompt made of columns: "Translate: {text}"; undefined: one column is the prompt. */
	readonly promptTemplate: string | undefined;
	/** Columns or keys that the answers repeat, besides `id` and `custom_id`. */
	readonly keepFields: readonly string[];
	/** The system message of plain prompts, or "@" and the path of a file with it; undefined: none. */
	readonly system: string | undefined;
	/** Continue plain prompts as they are. */
	readonly raw: boolean;
	/** Leave out fields of requests that are not known, and count them. */
	readonly ignoreUnknown: boolean;
	/** Request i samples with this plus i. */
	readonly seed: number;
	/** Requests of each rank that are run first and not counted. */
	readonly warmup: number;
	/** Path of the answers; undefined: they are not written. */
	readonly out: string | undefined;
	/** Requests per second, of all ranks together; undefined is a closed loop. */
	readonly rate: number | undefined;
	/** With a rate: 1 is Poisson, less comes in bursts, more evenly, Infinity exactly so. */
	readonly burstiness: number;
	/** Measure first what the prompt cache is worth. */
	readonly measureCache: boolean;
	/** Several runs that differ in one thing; undefined is one run. */
	readonly sweep: Sweep | undefined;
	/** Limits that requests must keep; undefined is none. */
	readonly slo: Slo | undefined;
	/** Percent of the requests that must succeed. */
	readonly minSuccess: number;
	/** Where rank 0 serves metrics while the job runs, 0 being a free port; undefined: nowhere. */
	readonly metricsPort: number | undefined;
	/** The address for that; undefined: 127.0.0.1. */
	readonly metricsHost: string | undefined;
	/** Print each answer as it arrives. */
	readonly print: boolean;
	/** Who runs which request. */
	readonly policy: Policy;
	/** Go on from the answers that `out` has. */
	readonly resume: boolean;
	/** Run again what failed before. */
	readonly retryFailed: boolean;
	/** Put the answers in the order of the requests at the end. */
	readonly ordered: boolean;
}

/** An option of a job that was given. */
export type GivenJobOption = GivenOption<(typeof OPTION_TABLE)[number]>;

const MOST_REQUESTS = 2 ** 32 - 1;

/**
 * Reads a job's command line.
 *
 * @throws {JobError} with exit code 2 for a mistake; with exit code 0 and the help text for `--help`, or for
 * `--help report` what the figures of a report mean.
 */
export function parseOptions(argv: readonly string[], program: string): JobOptions {
	const given = scanJob(argv, program);
	return readOptions(given, given.findLast(({ row }) => row.name === "model")?.value);
}

/**
 * The options of a command line as they were typed.
 *
 * @throws {JobError} as `parseOptions`.
 */
export function scanJob(argv: readonly string[], program: string): readonly GivenJobOption[] {
	const { given, end } = scanOptions(argv, OPTION_TABLE, refuse, { style: "gnu" });
	if (given.some(({ row }) => row.name === "help")) throw helpFor(program, argv[end]);
	const repeated = repeatedOption(given);
	if (repeated !== undefined) throw usageError(repeated);
	return given;
}

/**
 * What these options mean for a rank that runs this model.
 *
 * @throws {JobError} with exit code 2 for a mistake.
 */
export function readOptions(
	given: readonly GivenJobOption[],
	model: string | undefined,
	models: readonly string[] = model === undefined ? [] : [model],
): JobOptions {
	const values = new OptionValues(given, refuse);
	checkTogether(values);
	return {
		...{ model, models },
		...readSharedOptions(values),
		prompts: values.text("in") ?? values.text("prompts"),
		requests: values.integer("requests", { least: 1, most: MOST_REQUESTS }),
		inFormat: values.choice("in-format", IN_FORMATS),
		promptField: values.text("prompt-field"),
		promptTemplate: values.text("prompt-template"),
		keepFields: values.parsed("keep-fields", "names with commas between them", parseNames) ?? [],
		system: values.text("system"),
		raw: values.has("raw"),
		ignoreUnknown: values.has("ignore-unknown"),
		seed: values.integer("seed", { least: 0, most: 2 ** 32 - 1 }) ?? 1,
		...readEngineChoice(values, "api-key-file"),
		warmup: values.integer("warmup", { least: 0 }) ?? 0,
		out: values.text("out"),
		json: values.text("json"),
		md: values.text("md"),
		html: values.text("html"),
		trace: values.text("trace"),
		rate: values.number("rate", { least: 1e-3, most: 1e6 }),
		burstiness: values.parsed("burstiness", "a number from 0.001 to 1000000, or inf", parseBurstiness) ?? 1,
		measureCache: values.has("measure-cache"),
		sweep: values.has("sweep") ? parseSweep(values.text("sweep") ?? "") : undefined,
		slo: values.has("slo") ? parseSlo(values.text("slo") ?? "") : undefined,
		minSuccess: values.number("min-success", { least: 0, most: 100 }) ?? 100,
		metricsPort: values.integer("metrics-port", { least: 0, most: 65_535 }),
		metricsHost: values.text("metrics-host"),
		print: values.has("print"),
		policy: values.choice("policy", POLICIES) ?? POLICIES[0],
		resume: values.has("resume") || values.has("retry-failed"),
		retryFailed: values.has("retry-failed"),
		ordered: values.has("ordered"),
	};
}

function checkTogether(values: OptionValues<JobOptionName>): void {
	if (values.has("in") && values.has("prompts")) {
		throw usageError("Cannot use --in with --prompts: they are the same");
	}
	for (const name of ["resume", "retry-failed", "ordered"] as const) {
		if (values.has(name) && !values.has("out")) throw usageError(`Cannot use --${name} without --out`);
	}
	if (values.has("burstiness") && !values.has("rate")) {
		throw usageError("Cannot use --burstiness without --rate: a closed loop has no gaps of its own");
	}
	if (values.has("metrics-host") && !values.has("metrics-port")) {
		throw usageError("Cannot use --metrics-host without --metrics-port");
	}
	if (values.has("prompt-field") && values.has("prompt-template")) {
		throw usageError("Cannot use --prompt-field with --prompt-template: each says what the prompt is");
	}
	if (values.has("system") && values.has("raw")) {
		throw usageError("Cannot use --system with --raw: a system message is part of a chat template");
	}
	for (const name of ["out", "html", "trace", "print", "metrics-port"] as const) {
		if (values.has(name) && values.has("sweep")) {
			throw usageError(
				`Cannot use --${name} with --sweep: it has one run for each setting; use --json or --md`,
			);
		}
	}
}

/** Gives the help to whoever throws it: no job is run. What follows --help is its topic, or an option that nobody needs. */
function helpFor(program: string, topic = ""): JobError {
	if (topic === "report") return new JobError(definitionsText().trimEnd(), 0);
	return new JobError(
		helpText(OPTION_TABLE, { usage: `Usage: tsmpirun -np N ${program} [options]`, oneSpelling: true }),
		0,
	);
}
