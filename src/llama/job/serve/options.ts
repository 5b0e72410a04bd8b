import { checkArgument, listOf, MPI, TEXT } from "../../../base/check-types.ts";
import { helpText } from "../../../base/options/help.ts";
import { describeMistake, type Mistake } from "../../../base/options/mistake.ts";
import { repeatedOption } from "../../../base/options/repeated.ts";
import { scanOptions } from "../../../base/options/scan.ts";
import { OptionValues } from "../../../base/options/values.ts";
import type { Mpi } from "../../../index.ts";
import { JobError } from "../../errors.ts";
import type { ServeOptions } from "../../gateway/options.ts";
import { POLICIES } from "../../schedule/policies.ts";
import { type EngineChoice, readEngineChoice } from "../engine-options.ts";
import { usageError } from "../option-table.ts";
import { parseNames, readSharedOptions, type SharedOptions } from "../shared-options.ts";
import type { StartEnginesOptions } from "../start-engines.ts";
import { SERVE_TABLE, type ServeOptionName } from "./option-table.ts";

/** What a server's command line means for each part of the library. */
export interface ServeSettings {
	/** For `startEngines`. */
	readonly engine: StartEnginesOptions;
	/** For `openServer` and `runServer`. */
	readonly serve: ServeOptions;
}

/** 1 GiB: more than any prompt. */
const LARGEST_BODY = 2 ** 30;
const UNITS: ReadonlyMap<string, number> = new Map([
	["", 1],
	["K", 2 ** 10],
	["M", 2 ** 20],
	["G", 2 ** 30],
]);

/**
 * Reads the command line of a server. Collective: all ranks must have the same one.
 *
 * @param args This rank's command line, without the program.
 * @param program How the help calls the program.
 * @throws {JobError} on every rank: with exit code 2 for a mistake; with exit code 0 and the text for `--help`.
 */
export async function serveOptions(
	mpi: Mpi,
	args: readonly string[],
	program: string,
): Promise<ServeSettings> {
	checkArgument("read the options of a server", "mpi", mpi, MPI);
	checkArgument("read the options of a server", "args", args, listOf("a list of strings", TEXT));
	checkArgument("read the options of a server", "program", program, TEXT);
	const all = await mpi.world.allgather(args.join("\0"));
	const other = all.findIndex((line) => line !== all[0]);
	if (other > 0) {
		throw usageError(
			`Cannot serve: rank ${other} has other options than rank 0; all programs of a server need the same ones`,
		);
	}
	return parseServeOptions(args, program);
}

/**
 * Reads the command line of a server.
 *
 * @throws {JobError} with exit code 2 for a mistake; with exit code 0 and the help text for `--help`.
 */
export function parseServeOptions(args: readonly string[], program: string): ServeSettings {
	const { given } = scanOptions(args, SERVE_TABLE, refuse, { style: "gnu" });
	if (given.some(({ row }) => row.name === "help")) {
		const usage = `Usage: tsmpirun -np N ${program} [options]`;
		throw new JobError(helpText(SERVE_TABLE, { usage, oneSpelling: true }), 0);
	}
	const repeated = repeatedOption(given);
	if (repeated !== undefined) throw usageError(repeated);
	const values = new OptionValues<ServeOptionName>(given, refuse);
	const choice = readEngineChoice(values, "endpoint-key-file");
	const shared = readSharedOptions(values);
	return { engine: engineSettings(values, choice, shared), serve: readServe(values, choice, shared) };
}

function engineSettings(
	values: OptionValues<ServeOptionName>,
	// The gateway itself looks after the time of requests, in the queue too.
	{ requestTimeout, ...choice }: EngineChoice,
	{ gpu, gpuLayers, contextSize, threads, maxRestarts, inflight: slots }: SharedOptions,
): StartEnginesOptions {
	return { ...choice, model: values.text("model"), gpu, gpuLayers, contextSize, threads, maxRestarts, slots };
}

function readServe(
	values: OptionValues<ServeOptionName>,
	{ requestTimeout, engine }: EngineChoice,
	{ inflight, maxTokens, temperature, topP, topK, minP }: SharedOptions,
): ServeOptions {
	return {
		...{ inflight, maxTokens, temperature, topP, topK, minP },
		...{ requestTimeout, endpoint: engine === "endpoint" },
		port: values.integer("port", { least: 0, most: 65_535 }),
		host: values.text("host"),
		apiKeyFile: values.text("api-key-file"),
		noKey: values.has("no-key"),
		cors: values.text("cors"),
		aliases: values.parsed("alias", "names with commas between them", parseNames),
		strictModel: values.has("strict-model"),
		policy: values.choice("policy", POLICIES) ?? "prefix",
		maxQueue: values.integer("max-queue", { least: 0 }),
		maxQueueTokens: values.integer("max-queue-tokens", { least: 1 }),
		drainTimeout: values.number("drain-timeout", { least: 0, most: 86_000 }),
		drainQueue: values.has("drain-queue"),
		bodyLimit: values.parsed("body-limit", "bytes from 1K to 1G, such as 16M", parseBytes),
		seed: values.integer("seed", { least: 0, most: 2 ** 32 - 1 }),
		dataDir: values.text("data-dir"),
		log: values.choice("log", ["text", "json"]),
		otlp: values.text("otlp"),
	};
}

function refuse(mistake: Mistake): JobError {
	return usageError(describeMistake(mistake));
}

function parseBytes(text: string): number | undefined {
	const [, digits = "", unit = ""] = /^(\d+)([KMG]?)$/i.exec(text) ?? [];
	const bytes = digits === "" ? Number.NaN : Number(digits) * (UNITS.get(unit.toUpperCase()) ?? Number.NaN);
	return bytes >= 1024 && bytes <= LARGEST_BODY ? bytes : undefined;
}
