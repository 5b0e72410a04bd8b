import { splitArguments } from "../command-line/command-line.ts";
import type { RemoteOptions } from "../command-line/options.ts";
import type { Host } from "../hosts/hosts.ts";
import type { AgentLink, LaunchContext, Launcher } from "./launcher.ts";
import { ProcessAgent } from "./process-agent.ts";
import { remoteCommand } from "./remote-command.ts";
import { startEach } from "./starting.ts";

/** Reaches hosts by ssh, one connection for each: many at once to one host are refused by its sshd. */
export class SshLauncher implements Launcher {
	readonly #options: RemoteOptions;
	readonly #context: LaunchContext;
	readonly #args: readonly string[];
	readonly #agents: ProcessAgent[] = [];

	/** Throws LaunchError where the arguments for ssh cannot be read. */
	constructor(options: RemoteOptions, context: LaunchContext) {
		this.#options = options;
		this.#context = context;
		this.#args = [
			...splitArguments(process.env.TSMPI_RSH_ARGS ?? "", "TSMPI_RSH_ARGS"),
			...splitArguments(options.sshArgs ?? "", "--ssh-args"),
		];
	}

	start = (hosts: readonly Host[]): Promise<AgentLink>[] => {
		const command = remoteCommand(this.#options);
		return startEach(hosts, this.#context, (host) => {
			const agent = new ProcessAgent(host, {
				what: "ssh",
				command: ["ssh", ...this.#destination(host), command],
			});
			this.#agents.push(agent);
			return agent;
		});
	};

	close = async (): Promise<void> => {
		await Promise.all(this.#agents.map((agent) => agent.end()));
	};

	/** The user's own arguments first: of two values ssh takes the first. */
	#destination({ name, user, port }: Host): string[] {
		const settings = [
			"BatchMode=yes",
			`ConnectTimeout=${Math.max(1, Math.ceil(this.#context.connectMs / 1000))}`,
			// Our own heartbeat is faster; this one ends ssh itself, should it be all that is left.
			"ServerAliveInterval=5",
			"ServerAliveCountMax=3",
		];
		return [
			...["-x", "-T", ...this.#args],
			...settings.flatMap((setting) => ["-o", setting]),
			...(port === undefined ? [] : ["-p", `${port}`]),
			"--",
			user === undefined ? name : `${user}@${name}`,
		];
	}
}
