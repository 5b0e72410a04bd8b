import { availableParallelism } from "node:os";
import { helpText } from "../../base/options/help.ts";
import { describeMistake, type Mistake } from "../../base/options/mistake.ts";
import type { OptionRow } from "../../base/options/row.ts";
import { scanOptions } from "../../base/options/scan.ts";
import { OptionValues } from "../../base/options/values.ts";
import { BuildError } from "./error.ts";

/** What to build, and how. */
export interface BuildOptions {
	readonly cuda: boolean;
	readonly architectures: string | undefined;
	readonly tools: boolean;
	readonly nodeLlamaCpp: boolean;
	readonly portable: boolean;
	/** Files that are compiled at the same time. */
	readonly jobs: number;
	readonly force: boolean;
}

const OPTION_TABLE = [
	{ name: "cuda", describe: "for NVIDIA GPUs, with the CUDA toolkit's nvcc" },
	{
		name: "cuda-architectures",
		value: "LIST",
		describe: 'compute capabilities, such as "80;90" (those of the GPUs here, else 90)',
	},
	{ name: "tools", describe: "also llama-quantize, llama-bench and llama-batched-bench" },
	{
		name: "node-llama-cpp",
		describe: "with --cuda: give node-llama-cpp this build's CUDA library in place of its own",
	},
	{ name: "portable", describe: "for any processor of this kind, not only this one" },
	{ name: "jobs", value: "N", describe: "compile N files at the same time (all cores)" },
	{ name: "force", describe: "build again" },
	{ name: "help", aliases: ["h"], endsScan: true, describe: "print this" },
] as const satisfies readonly OptionRow[];

/** What --help prints. */
export function buildHelp(): string {
	const usage = [
		"Usage: npm run build:llama-server -- [options]",
		"where tsmpi is installed: npx tsmpi-build-llama-server [options]",
	];
	return helpText(OPTION_TABLE, { usage: usage.join("\n"), oneSpelling: true });
}

/** Reads the command line; undefined if it asks for help. Throws BuildError for a mistake. */
export function readBuildOptions(argv: readonly string[]): BuildOptions | undefined {
	const { given } = scanOptions(argv, OPTION_TABLE, refuse, { style: "gnu" });
	const values = new OptionValues(given, refuse);
	if (values.has("help")) return undefined;
	const options: BuildOptions = {
		cuda: values.has("cuda"),
		architectures: values.parsed(
			"cuda-architectures",
			'compute capabilities without their point, such as "80;90"',
			(text) => (/^\d+[a-z]?(;\d+[a-z]?)*$/.test(text) ? text : undefined),
		),
		tools: values.has("tools"),
		nodeLlamaCpp: values.has("node-llama-cpp"),
		portable: values.has("portable"),
		jobs: values.integer("jobs", { least: 1 }) ?? availableParallelism(),
		force: values.has("force"),
	};
	for (const name of ["cuda-architectures", "node-llama-cpp"] as const) {
		if (values.has(name) && !options.cuda) throw new BuildError(`Cannot use --${name} without --cuda`);
	}
	return options;
}

/** Unknown names stand in quotes, as in the messages of Node's own parser. */
function refuse(mistake: Mistake): BuildError {
	const quoted = mistake.kind === "unknown" ? { ...mistake, word: `'${mistake.word}'` } : mistake;
	return new BuildError(describeMistake(quoted));
}
