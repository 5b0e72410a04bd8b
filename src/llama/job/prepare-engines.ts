import { checkArgument, checkOptions, listOf, TEXT } from "../../base/check-types.ts";
import { lookForLlamaServer } from "../../base/host/llama-server.ts";
import { prepareHost } from "../engine/node-llama-cpp/prepared-host.ts";
import { JobError } from "../errors.ts";
import { type JobOptions, parseOptions } from "./options.ts";
import { jobSettings } from "./settings.ts";
import { START_ENGINES_OPTIONS, type StartEnginesOptions } from "./start-engines.ts";

/**
 * Starts the process of this rank's engine ahead: it loads llama.cpp while `init` meets the other ranks, and
 * `startEngines` goes on with it. Not collective; to be called before `init`, in the engine's environment. Does nothing where the engine may be
 * another one than node-llama-cpp. A process that `startEngines` does not use ends there, or with the rank.
 *
 * @param options What `startEngines` will be given.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export function prepareEngines(options: StartEnginesOptions = {}): void {
	checkOptions("prepare engines", options, START_ENGINES_OPTIONS);
	if (usesNodeLlamaCpp(options)) prepareHost(options.gpu);
}

/**
 * `prepareEngines` for a job's command line. Does nothing where no engine may be wanted: for `--help`, for `--resume`,
 * which may find nothing to do, and for a mistake, of which `parseOptions` tells later.
 *
 * @param args The command line, as for `parseOptions`.
 */
export function prepareJob(args: readonly string[]): void {
	checkArgument("prepare a job", "args", args, listOf("a list of strings", TEXT));
	const options = readOptions(args);
	if (options !== undefined && !options.resume) prepareEngines(jobSettings(options).engine);
}

function readOptions(args: readonly string[]): JobOptions | undefined {
	try {
		return parseOptions(args, "");
	} catch (error) {
		if (error instanceof JobError) return undefined;
		throw error;
	}
}

/** As `startEngines` chooses. A llama-server that was found may turn out to be of no use, but that takes time to tell. */
function usesNodeLlamaCpp({ engine = "auto", endpoints = [], llamaServer }: StartEnginesOptions): boolean {
	if (endpoints.length > 0) return false;
	if (engine !== "auto") return engine === "node-llama-cpp";
	const found = lookForLlamaServer(llamaServer, process.env);
	return "path" in found && found.path === undefined;
}
