import { readFileSync } from "node:fs";
import { LaunchError } from "../src/errors.ts";
import { FOREIGN_HOSTFILE_VARIABLES, HOSTFILE_VARIABLE } from "./host-variables.ts";
import { type Host, parseHostfile, parseHostList } from "./hosts.ts";

/** The hosts that a job may use. */
export interface FoundHosts {
	readonly hosts: readonly Host[];
	/** What the user should know about where they come from. */
	readonly note?: string;
}

/** What decides about the hosts besides the environment. */
export interface HostOptions {
	readonly hostfile: string | undefined;
	readonly hosts: string | undefined;
}

/** The hosts of --host or --hostfile, else those of the environment; undefined: nobody names any. */
export function findHosts(options: HostOptions, env: Readonly<NodeJS.ProcessEnv>): FoundHosts | undefined {
	if (options.hosts !== undefined) return { hosts: parseHostList(options.hosts) };
	if (options.hostfile !== undefined) return { hosts: readHostfile(options.hostfile, options.hostfile) };
	const own = env[HOSTFILE_VARIABLE];
	if (own !== undefined && own !== "") {
		return { hosts: readHostfile(own, `${HOSTFILE_VARIABLE}=${own}`) };
	}
	for (const name of FOREIGN_HOSTFILE_VARIABLES) {
		const file = env[name];
		const text = file === undefined || file === "" ? undefined : readIfThere(file);
		if (file === undefined || text === undefined) continue;
		return { hosts: parseHostfile(text, file), note: `hosts are those of ${file} (${name})` };
	}
	return undefined;
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
