import { LaunchError } from "../../src/errors.ts";
import type { LauncherName } from "../host-sources.ts";
import type { RemoteOptions } from "../options.ts";
import type { LaunchContext, Launcher } from "./launcher.ts";

export type LauncherFactory = (context: LaunchContext) => Launcher;

/** Loads a launcher. Throws LaunchError where the options for it make no sense. */
export async function chooseLauncher(name: LauncherName, remote: RemoteOptions): Promise<LauncherFactory> {
	if (name === "slurm") throw new LaunchError("Cannot use --launcher slurm: it is not available yet");
	const { SshLauncher } = await import("./ssh.ts");
	return (context) => new SshLauncher(remote, context);
}
