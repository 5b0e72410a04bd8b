import { realpathSync } from "node:fs";
import { LaunchError } from "../../src/base/errors.ts";
import { findOnPath } from "../../src/base/host/path.ts";

/** The words that stand before a rank's command. */
export interface Wrappers {
	/** Has the kernel kill the rank when its agent dies. Empty where setpriv is missing: the guard does it then. */
	readonly deathSignal: readonly string[];
	/** Path of taskset, if a rank is bound to cores. */
	readonly taskset: string | undefined;
}

/** Finds the helpers once for all ranks. Throws LaunchError if ranks cannot be bound to cores. */
export function findWrappers({ bindsCores }: { readonly bindsCores: boolean }): Wrappers {
	const path = process.env.PATH;
	const setpriv = process.platform === "linux" ? findOnPath("setpriv", path) : undefined;
	const taskset = bindsCores ? findOnPath("taskset", path) : undefined;
	if (bindsCores && taskset === undefined) {
		throw new LaunchError("Cannot bind ranks to cores: taskset is missing (package util-linux)");
	}
	// Busybox has a setpriv that knows no --pdeathsig.
	const usable = setpriv !== undefined && !realpathSync(setpriv).endsWith("busybox");
	return { deathSignal: usable ? [setpriv, "--pdeathsig", "KILL", "--"] : [], taskset };
}

/** A rank's whole command. */
export function wrap(wrappers: Wrappers, cores: string | undefined, command: readonly string[]): string[] {
	const bind = cores === undefined || wrappers.taskset === undefined ? [] : [wrappers.taskset, "-c", cores];
	return [...wrappers.deathSignal, ...bind, ...command];
}
