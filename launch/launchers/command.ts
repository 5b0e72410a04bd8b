import { basename } from "node:path";
import { LaunchError } from "../../src/base/errors.ts";
import { splitArguments, usageError } from "../command-line/command-line.ts";
import type { RemoteOptions } from "../command-line/options.ts";
import type { Host } from "../hosts/hosts.ts";
import { DialBack } from "./dial-back.ts";
import type { AgentLink, LaunchContext, Launcher } from "./launcher.ts";
import { ProcessAgent } from "./process-agent.ts";
import { remoteCommand } from "./remote-command.ts";
import { startEach } from "./starting.ts";

/**
 * Reaches hosts by a command of the user's, called as ssh is: COMMAND HOST 'shell command'. Whether it passes standard
 * input on, the agent finds out; if not (kubectl exec without -i), it dials back.
 */
export class CommandLauncher implements Launcher {
	readonly #options: RemoteOptions;
	readonly #context: LaunchContext;
	readonly #command: readonly string[];
	readonly #iface: string | undefined;
	readonly #agents: ProcessAgent[] = [];
	#dialBack: Promise<DialBack> | undefined;
	#closed = false;

	/** Throws LaunchError where the command cannot be read. */
	constructor(options: RemoteOptions, iface: string | undefined, context: LaunchContext) {
		this.#options = options;
		this.#context = context;
		this.#iface = iface;
		this.#command = splitArguments(options.launchAgent ?? "", "--launch-agent");
		if (this.#command.length === 0) throw usageError("Cannot use --launch-agent without a command");
	}

	start = (hosts: readonly Host[]): Promise<AgentLink>[] => {
		const opened = DialBack.open(this.#iface);
		this.#dialBack = opened;
		return startEach(hosts, this.#context, async (host) => {
			const dialBack = await opened;
			if (this.#closed) throw new LaunchError(`Cannot reach host ${host.name}: tsmpirun is ending`);
			const { name, user, port } = host;
			if (port !== undefined) {
				throw new LaunchError(
					`Cannot use port=${port} of host ${name} with --launch-agent: it takes no port`,
				);
			}
			const there = remoteCommand(this.#options, ["--stdin-or-dial", dialBack.target, name]);
			const command = [...this.#command, user === undefined ? name : `${user}@${name}`, there];
			const agent = new ProcessAgent(host, { what: basename(this.#command[0] ?? ""), command, dialBack });
			this.#agents.push(agent);
			return agent;
		});
	};

	close = async (): Promise<void> => {
		this.#closed = true;
		const dialBack = await this.#dialBack?.catch(() => undefined);
		dialBack?.close();
		await Promise.all(this.#agents.map((agent) => agent.end()));
	};
}
