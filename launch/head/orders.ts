import { isatty } from "node:tty";
import { commandText } from "../../src/base/command-text.ts";
import type { JobNetwork, LaunchOrder, Preload, StreamName } from "../link/protocol.ts";
import type { Plan } from "./plan.ts";

/** Of the command line in the ranks' environment, which has its own limits. */
const MOST_CHARACTERS = 8000;

/** What all hosts of a job have in common. */
export interface JobFacts {
	readonly jobId: string;
	readonly network: JobNetwork | undefined;
	readonly preload?: Preload | undefined;
}

/** The order for the agent of one host. `env` is what the host's own environment does not have. */
export function launchOrder(
	plan: Plan,
	node: number,
	{ jobId, network, preload, env }: JobFacts & { readonly env: Readonly<Record<string, string>> },
): LaunchOrder {
	const { programs, binding, cwd } = plan;
	const mostGpus = plan.nodes[node]?.gpus;
	const terminals = { stdout: isatty(1), stderr: isatty(2) };
	const prompts = (["stdout", "stderr"] as const satisfies StreamName[]).filter(
		(stream) => terminals[stream],
	);
	return {
		type: "launch",
		// An agent that cleans up on a machine that it shares with another of this job must not find that one's ranks.
		jobId: node === 0 ? jobId : `${jobId}-${node}`,
		...{ cwd, programs, prompts },
		binding: mostGpus === undefined ? binding : { ...binding, mostGpus },
		env: {
			...env,
			// For reports, which say what was typed.
			TSMPI_COMMAND: commandText(["tsmpirun", ...process.argv.slice(2)]).slice(0, MOST_CHARACTERS),
			...(terminals.stderr ? { TSMPI_STDERR_TTY: "1" } : {}),
		},
		...(network === undefined ? {} : { network }),
		...(preload === undefined ? {} : { preload }),
		ranks: plan.orders.filter(({ nodeRank }) => nodeRank === node),
	};
}

/** An id that no other job has. It is not a secret. */
export function newJobId(): string {
	return [process.pid, Date.now(), Math.floor(Math.random() * 2 ** 52)]
		.map((part) => part.toString(36))
		.join("-");
}
