import { readFileSync } from "node:fs";
import { LaunchError } from "../../src/base/errors.ts";
import { FOREIGN_HOSTFILE_VARIABLES, HOSTFILE_VARIABLE } from "./host-variables.ts";
import { type Host, parseHostfile, parseHostList } from "./hosts.ts";
import { isLocal, mergeLocal } from "./local-host.ts";
import { type Allocation, slurmAllocation } from "./slurm.ts";

/** How agents are started on other hosts. */
export type LauncherName = "local" | "ssh" | "slurm";

/** The hosts that a job may use. */
export interface FoundHosts {
	readonly hosts: readonly Host[];
	readonly launcher: LauncherName;
	/** Whether its ranks need an agent that is started by the launcher, for they cannot be tsmpirun's own children. */
	readonly isRemote: (host: Host) => boolean;
	/** What the user should know about where they come from. */
	readonly note?: string;
}

/** What decides about the hosts besides the environment. */
export interface HostOptions {
	readonly hostfile: string | undefined;
	readonly hosts: string | undefined;
	readonly launcher: LauncherName | undefined;
	readonly remote: { readonly launchAgent: string | undefined };
}

/** The hosts of --host or --hostfile, else those of the environment; undefined: nobody names any. Throws LaunchError. */
export function findHosts(options: HostOptions, env: Readonly<NodeJS.ProcessEnv>): FoundHosts | undefined {
	const wanted = options.launcher ?? (options.remote.launchAgent === undefined ? undefined : "ssh");
	const allocation = wanted === "local" ? undefined : slurmAllocation(env);
	if (wanted === "slurm" && allocation === undefined) {
		throw new LaunchError(
			"Cannot use --launcher slurm: this is no allocation of Slurm (salloc or sbatch make one)",
		);
	}
	const named =
		namedHosts(options) ??
		(wanted === "local" ? undefined : (ownHostfile(env) ?? allocation ?? foreignHostfile(env)));
	if (named === undefined) return undefined;
	const launcher =
		wanted ?? (allocation !== undefined && isWithin(named.hosts, allocation) ? "slurm" : "ssh");
	if (launcher !== "slurm" || allocation === undefined) {
		return { ...named, hosts: mergeLocal(named.hosts), launcher, isRemote: (host) => !isLocal(host) };
	}
	const stranger = named.hosts.find((host) => !isWithin([host], allocation));
	if (stranger !== undefined) {
		throw new LaunchError(
			`Cannot start ranks on host ${stranger.name} by Slurm: job ${allocation.jobId} has ${env.SLURM_JOB_NODELIST} (--launcher ssh reaches other hosts)`,
		);
	}
	// In the script of sbatch this is a node of the allocation. Elsewhere, even on a node, we are outside of it: what
	// we started ourselves would escape Slurm's limits.
	return {
		...named,
		hosts: named.hosts.map((host) => ({ ...host, slots: Math.min(host.slots, slotsOf(host, allocation)) })),
		launcher,
		isRemote: ({ name }) => name !== env.SLURMD_NODENAME,
	};
}

/** What Slurm has given of a host: a hostfile cannot make more of it. */
function slotsOf(host: Host, allocation: Allocation): number {
	return allocation.hosts.find(({ name }) => name === host.name)?.slots ?? 0;
}

type NamedHosts = Pick<FoundHosts, "hosts" | "note">;

function namedHosts({ hosts, hostfile }: HostOptions): NamedHosts | undefined {
	if (hosts !== undefined) return { hosts: parseHostList(hosts) };
	return hostfile === undefined ? undefined : { hosts: readHostfile(hostfile, hostfile) };
}

function ownHostfile(env: Readonly<NodeJS.ProcessEnv>): NamedHosts | undefined {
	const file = env[HOSTFILE_VARIABLE];
	if (file === undefined || file === "") return undefined;
	return { hosts: readHostfile(file, `${HOSTFILE_VARIABLE}=${file}`) };
}

function foreignHostfile(env: Readonly<NodeJS.ProcessEnv>): NamedHosts | undefined {
	for (const name of FOREIGN_HOSTFILE_VARIABLES) {
		const file = env[name];
		const text = file === undefined || file === "" ? undefined : readIfThere(file);
		if (file === undefined || text === undefined) continue;
		return { hosts: parseHostfile(text, file), note: `hosts are those of ${file} (${name})` };
	}
	return undefined;
}

function isWithin(hosts: readonly Host[], allocation: Allocation): boolean {
	return hosts.every(({ name }) => allocation.hosts.some((node) => node.name === name));
}

function readHostfile(file: string, called: string): Host[] {
	try {
		return parseHostfile(readFileSync(file, "utf8"), file);
	} catch (error) {
		if (error instanceof LaunchError) throw error;
		const why = error instanceof Error ? error.message : String(error);
		throw new LaunchError(`Cannot read the hostfile ${called}: ${why}`, 1, { cause: error });
	}
}

function readIfThere(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}
