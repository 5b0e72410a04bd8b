import { accessSync, constants } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { LaunchError } from "../../src/errors.ts";
import { allowedCores, coresOfRank } from "../cores.ts";
import type { DisplayedRank } from "../display-map.ts";
import { type GpuList, gpusOfRank, limitGpus, localGpus } from "../gpu.ts";
import { namesHosts } from "../host-variables.ts";
import type { Host } from "../hosts.ts";
import { makeFolder } from "../make-folder.ts";
import { type MappedRank, mapRanks } from "../map.ts";
import type { Options, ProgramOptions } from "../options.ts";
import { resolveProgram } from "../program.ts";
import type { RankOrder } from "../protocol.ts";

/** Everything that is decided before a process is started. */
export interface Plan {
	readonly ranks: readonly MappedRank[];
	readonly orders: readonly RankOrder[];
	readonly warnings: readonly string[];
	/** The map in words, with the commands or without. */
	readonly describe: (commands: boolean) => Promise<string>;
}

/** Decides which rank runs what, where, on which cores and GPUs. Throws LaunchError. */
export async function makePlan(options: Options): Promise<Plan> {
	if (options.launcher !== "local") {
		throw new LaunchError(
			`Cannot use --launcher ${options.launcher}: it is not available yet, only local is`,
		);
	}
	const { hosts, elastic, note } = await readHosts(options);
	const ranks = mapRanks(
		hosts,
		options.programs.map(({ count }) => count),
		{
			mapBy: options.mapBy,
			rankBy: options.rankBy,
			oversubscribe: options.oversubscribe || elastic,
		},
	);
	if (typeof options.stdin === "number" && options.stdin >= ranks.length) {
		const last = ranks.length - 1;
		throw new LaunchError(`Cannot give standard input to rank ${options.stdin}: ranks are 0 to ${last}`, 2);
	}
	const commands = options.programs.map(({ program, args, wdir }) =>
		resolveProgram(program, args, { wdir, env: process.env }),
	);
	if (options.outputDir !== undefined) checkOutputFolder(options.outputDir);
	const variables = options.programs.map((program) => readVariables(program));
	const gpus = await Promise.all(
		variables.map(async ({ set }) => (options.gpuBind ? localGpus({ ...process.env, ...set }) : undefined)),
	);
	const cores = options.bindTo === "core" ? allowedCores() : undefined;
	const places = ranks.map((mapped) => placeRank(mapped, options, gpus[mapped.program], cores));
	const orders = ranks.map((mapped, index): RankOrder => {
		const command = commands[mapped.program];
		if (command === undefined) throw new RangeError(`no program ${mapped.program}`);
		const { rank, size, localRank, localSize, nodeRank } = mapped;
		const place = places[index];
		return {
			...{ rank, size, localRank, localSize, nodeRank, ...command },
			variables: {
				...variables[mapped.program]?.set,
				...(place?.gpus === undefined ? {} : { CUDA_VISIBLE_DEVICES: place.gpus.join(",") }),
			},
			stdin: options.stdin === "all" || options.stdin === rank,
			...(place?.cores === undefined ? {} : { cores: place.cores }),
		};
	});
	const describe = async (withCommands: boolean) => {
		const { mapText } = await import("../display-map.ts");
		const displayed = ranks.map((mapped, index): DisplayedRank => {
			const { command = "", args = [] } = orders[index] ?? {};
			return { mapped, command: [command, ...args], gpus: places[index]?.gpus, cores: places[index]?.cores };
		});
		return mapText(displayed, { gpus: gpus[0], gpusPerRank: options.gpusPerRank, commands: withCommands });
	};
	const warnings = [...(note === undefined ? [] : [note]), ...variables.flatMap(({ missing }) => missing)];
	return { ranks, orders, warnings, describe };
}

interface JobHosts {
	readonly hosts: readonly Host[];
	/** Any number of ranks may share them. */
	readonly elastic: boolean;
	readonly note?: string;
}

async function readHosts(options: Options): Promise<JobHosts> {
	const named = options.hosts !== undefined || options.hostfile !== undefined;
	if (named || namesHosts(process.env)) {
		// Loaded only where needed: tsmpirun's own start-up counts.
		const { findHosts } = await import("../host-sources.ts");
		const { localHosts } = await import("../local-host.ts");
		const found = findHosts(options, process.env);
		if (found !== undefined) return { ...found, hosts: localHosts(found.hosts), elastic: false };
	}
	// One machine of one's own: there is nobody to protect from too many ranks.
	return { hosts: [{ name: hostname(), slots: availableParallelism() }], elastic: true };
}

/** Before anything is started, not when the first line is to be written. */
function checkOutputFolder(folder: string): void {
	try {
		makeFolder(folder);
		accessSync(folder, constants.W_OK);
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		throw new LaunchError(`Cannot write to --output-dir ${folder}: ${why}`, 1, { cause: error });
	}
}

/** The variables of -x, and a warning for each that has no value. */
function readVariables({ variables }: ProgramOptions): { set: Record<string, string>; missing: string[] } {
	const set: Record<string, string> = {};
	const missing: string[] = [];
	for (const [name, given] of variables) {
		const value = given ?? process.env[name];
		if (value === undefined) missing.push(`-x ${name}: this variable is not set, so the ranks do not get it`);
		else set[name] = value;
	}
	return { set, missing };
}

function placeRank(
	{ localRank, localSize, host }: MappedRank,
	{ gpusPerRank }: Options,
	gpus: GpuList | undefined,
	cores: readonly number[] | undefined,
): { gpus: string[] | undefined; cores: string | undefined } {
	return {
		gpus: gpus === undefined ? undefined : gpusOfRank(limitGpus(gpus, host.gpus), localRank, gpusPerRank),
		cores: cores === undefined ? undefined : coresOfRank(cores, localRank, localSize).join(","),
	};
}
