import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findOnPath } from "../../../launch/path.ts";

/** The scripts are no modules: they stay where the sources are. */
const SCRIPTS = fileURLToPath(new URL("../../../../test/hosts/lab/", import.meta.url));

const NEEDED = ["slurmctld", "slurmd", "salloc", "srun", "munged", "ip", "sshd"] as const;

/** A real Slurm on hosts that are network namespaces of this machine. */
export interface SlurmLab {
	readonly env: Readonly<Record<string, string>>;
	/** Words that stand before a command to run it on the host `head`, where slurmctld is. */
	readonly command: readonly string[];
	/** Powers a node off. */
	readonly crash: (node: string) => Promise<unknown>;
	readonly down: () => Promise<void>;
}

/** Why there can be no Slurm here, or undefined. */
export function missingForSlurm(): string | undefined {
	if (process.getuid?.() !== 0) return "needs root";
	const path = `${process.env.PATH}:/usr/sbin:/sbin`;
	const missing = NEEDED.filter((name) => findOnPath(name, path) === undefined);
	return missing.length === 0
		? undefined
		: `needs ${missing.join(", ")} (packages slurm-wlm, munge, iproute2)`;
}

/** Starts Slurm with so many nodes of so many processors each. */
export async function startSlurm(nodes: number, processors: number): Promise<SlurmLab> {
	const folder = `/run/tsmpi-slurm-${process.pid}`;
	const env = {
		TSMPI_LAB: folder,
		TSMPI_LAB_PREFIX: `s${process.pid}-`,
		PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
	};
	const run = (script: string, ...args: string[]) =>
		promisify(execFile)("bash", [join(SCRIPTS, script), ...args], {
			env: { ...process.env, ...env },
			timeout: 60_000,
		});
	const down = async () => {
		if (!existsSync(folder)) return;
		await run("slurm.sh", "down");
		await run("hosts.sh", "down");
	};
	try {
		await run("hosts.sh", "up", `${nodes}`);
		await run("slurm.sh", "up", `${processors}`);
	} catch (error) {
		await down();
		throw error;
	}
	return {
		env,
		command: ["bash", join(SCRIPTS, "slurm.sh"), "run"],
		crash: (node) => run("hosts.sh", "crash", node),
		down,
	};
}
