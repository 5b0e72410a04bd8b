import { isatty } from "node:tty";
import { Agent } from "../agent/agent.ts";
import { linkPair } from "../link.ts";
import { insecurity, type JobNetwork, makeNetwork } from "../network/job-network.ts";
import type { Options } from "../options.ts";
import type { AgentToHead, HeadToAgent, StreamName } from "../protocol.ts";
import { makePlan, type Plan } from "./plan.ts";

/** Runs the job that the command line asks for; resolves with tsmpirun's exit code. Throws LaunchError. */
export async function run(options: Options): Promise<number> {
	const plan = await makePlan(options);
	if (options.dryRun) {
		process.stdout.write(await plan.describe(true));
		return 0;
	}
	const network = await makeNetwork(plan.orders, options);
	const [link, far] = linkPair<HeadToAgent, AgentToHead>();
	new Agent(far);
	link.send(launchOrder(plan, network));
	// Loaded while the ranks start: what it takes would otherwise be added to the start of every job.
	const { Head } = await import("./head.ts");
	const warnings = [...plan.warnings, ...insecurity(network)];
	return new Head(options, { ...plan, warnings }, link).run();
}

function launchOrder(plan: Plan, network: JobNetwork | undefined): HeadToAgent {
	const env: Record<string, string> = {};
	for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
	const terminals = { stdout: isatty(1), stderr: isatty(2) };
	if (terminals.stderr) env.TSMPI_STDERR_TTY = "1";
	const prompts = (["stdout", "stderr"] as const satisfies StreamName[]).filter(
		(stream) => terminals[stream],
	);
	return {
		type: "launch",
		...{ jobId: newJobId(), env, ranks: plan.orders, prompts },
		...(network === undefined ? {} : { network }),
	};
}

/** Unlike every other job's; not a secret. */
function newJobId(): string {
	return [process.pid, Date.now(), Math.floor(Math.random() * 2 ** 52)]
		.map((part) => part.toString(36))
		.join("-");
}
