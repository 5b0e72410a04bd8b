import { LaunchError } from "../../src/errors.ts";
import { findOnPath } from "../path.ts";

/** The words that stand before a rank's command. */
export interface Wrappers {
	/** Has the kernel kill the rank when its agent dies. Empty where setpriv is missing: the guard does it then. */
	readonly deathSignal: readonly string[];
	/** Path of taskset, if a rank is bound to cores. */
	readonly taskset: string | undefined;
}

/** Finds the helpers once for all ranks. */
export async function findWrappers(binds: boolean): Promise<Wrappers> {
	const path = process.env.PATH;
	const [setpriv, taskset] = await Promise.all([
		process.platform === "linux" ? findOnPath("setpriv", path) : undefined,
		binds ? findOnPath("taskset", path) : undefined,
	]);
	if (binds && taskset === undefined) {
		throw new LaunchError("Cannot bind ranks to cores: taskset is missing (package util-linux)");
	}
	// Busybox has a setpriv that knows no --pdeathsig.
	const usable = setpriv !== undefined && !(await isBusybox(setpriv));
	return { deathSignal: usable ? [setpriv, "--pdeathsig", "KILL", "--"] : [], taskset };
}

async function isBusybox(file: string): Promise<boolean> {
	const { realpath } = await import("node:fs/promises");
	return (await realpath(file)).endsWith("busybox");
}

/** A rank's whole command. */
export function wrap(wrappers: Wrappers, cores: string | undefined, command: readonly string[]): string[] {
	const bind = cores === undefined || wrappers.taskset === undefined ? [] : [wrappers.taskset, "-c", cores];
	return [...wrappers.deathSignal, ...bind, ...command];
}
