import type { Options } from "../command-line/options.ts";
import type { LauncherName } from "../hosts/host-sources.ts";
import type { LaunchContext, Launcher } from "./launcher.ts";

export type LauncherFactory = (context: LaunchContext) => Launcher;

/** Loads a launcher. Throws LaunchError where the options for it make no sense. */
export async function chooseLauncher(
	name: LauncherName,
	{ remote, iface }: Pick<Options, "remote" | "iface">,
): Promise<LauncherFactory> {
	if (name === "slurm") {
		const { SlurmLauncher } = await import("./slurm.ts");
		return (context) => new SlurmLauncher(remote, iface, context);
	}
	if (remote.launchAgent !== undefined) {
		const { CommandLauncher } = await import("./command.ts");
		return (context) => new CommandLauncher(remote, iface, context);
	}
	const { SshLauncher } = await import("./ssh.ts");
	return (context) => new SshLauncher(remote, context);
}
