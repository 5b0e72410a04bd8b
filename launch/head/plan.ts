import { accessSync, constants } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { LaunchError } from "../../src/base/errors.ts";
import type { Options, ProgramOptions } from "../command-line/options.ts";
import type { FoundHosts, LauncherName } from "../hosts/host-sources.ts";
import { namesHosts } from "../hosts/host-variables.ts";
import type { Host } from "../hosts/hosts.ts";
import type { Binding, ProgramOrder, RankOrder } from "../link/protocol.ts";
import { makeFolder } from "../machine/make-folder.ts";
import { type MappedRank, mapRanks } from "../map/map.ts";

/** Everything that is decided before a process is started. */
export interface Plan {
	readonly ranks: readonly MappedRank[];
	/** The hosts that have ranks, by the ranks' `nodeRank`. */
	readonly nodes: readonly Host[];
	/** How agents are started on those that are remote. */
	readonly launcher: LauncherName;
	readonly isRemote: (host: Host) => boolean;
	/** Whether one of them is. */
	readonly remote: boolean;
	readonly orders: readonly RankOrder[];
	readonly programs: readonly ProgramOrder[];
	readonly binding: Binding;
	/** The folder that tsmpirun runs in. */
	readonly cwd: string;
	readonly warnings: readonly string[];
}

/** Decides which rank runs what and where. Throws LaunchError. */
export async function makePlan(options: Options): Promise<Plan> {
	const { hosts, elastic, launcher, isRemote, note } = await readHosts(options);
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
	if (options.outputDir !== undefined) checkOutputFolder(options.outputDir);
	const variables = options.programs.map((program) => readVariables(program));
	const programs = options.programs.map(({ program, args, wdir }, index): ProgramOrder => {
		return { program, args, ...(wdir === undefined ? {} : { wdir }), variables: variables[index]?.set ?? {} };
	});
	const orders = ranks.map(({ rank, size, localRank, localSize, nodeRank, program }): RankOrder => {
		const stdin = options.stdin === "all" || options.stdin === rank;
		return { rank, size, localRank, localSize, nodeRank, program, stdin };
	});
	const nodes: Host[] = [];
	for (const { nodeRank, host } of ranks) nodes[nodeRank] = host;
	checkLauncher(launcher, nodes.find(isRemote));
	return {
		...{ ranks, nodes, launcher, isRemote, orders, programs },
		remote: nodes.some(isRemote),
		binding: {
			cores: options.bindTo === "core",
			...(options.gpuBind ? { gpusPerRank: options.gpusPerRank } : {}),
		},
		cwd: currentFolder(),
		warnings: [...(note === undefined ? [] : [note]), ...variables.flatMap(({ missing }) => missing)],
	};
}

function currentFolder(): string {
	try {
		return process.cwd();
	} catch (cause) {
		throw new LaunchError("Cannot run here: the current folder does not exist any more", 126, { cause });
	}
}

type JobHosts = FoundHosts & {
	/** Slots are only a default: more ranks than that are allowed without --oversubscribe. */
	readonly elastic: boolean;
};

async function readHosts(options: Options): Promise<JobHosts> {
	const named = options.hosts !== undefined || options.hostfile !== undefined;
	if (named || options.launcher !== undefined || namesHosts(process.env)) {
		// Loaded only where needed: tsmpirun's own start-up counts.
		const found = (await import("../hosts/host-sources.ts")).findHosts(options, process.env);
		if (found !== undefined) return { ...found, elastic: false };
	}
	const own = { name: hostname(), slots: availableParallelism() };
	return { hosts: [own], elastic: true, launcher: "local", isRemote: () => false };
}

/** Throws LaunchError where another machine takes part that must not. */
function checkLauncher(launcher: LauncherName, remote: Host | undefined): void {
	if (remote === undefined || launcher !== "local") return;
	throw new LaunchError(
		`Cannot start ranks on host ${remote.name} with --launcher local: this machine is ${hostname()}`,
	);
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
