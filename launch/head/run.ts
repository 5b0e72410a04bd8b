import { Agent } from "../agent/agent.ts";
import type { Options } from "../command-line/options.ts";
import { type Link, linkPair } from "../link/link.ts";
import type { AgentToHead, HeadToAgent } from "../link/protocol.ts";
import { insecurity, makeNetwork } from "../network/job-network.ts";
import { type JobFacts, launchOrder, newJobId } from "./orders.ts";
import { makePlan, type Plan } from "./plan.ts";

/** Runs the job that the command line asks for; resolves with tsmpirun's exit code. Throws LaunchError. */
export async function run(options: Options): Promise<number> {
	const plan = await makePlan(options);
	if (options.dryRun) return (await import("./dry-run.ts")).dryRun(plan);
	const variables = (program: number) => plan.programs[program]?.variables ?? {};
	const network = await makeNetwork(
		plan.orders.map(({ nodeRank, program }) => ({ nodeRank, variables: variables(program) })),
		options,
	);
	const job = { jobId: newJobId(), network };
	const link =
		plan.remote || options.remote.preload.length > 0
			? await reachHosts(options, plan, job)
			: startHere(plan, job);
	// Loaded while the ranks start: what it takes would otherwise be added to the start of every job.
	const { Head } = await import("./head.ts");
	const warnings = [...plan.warnings, ...insecurity(network)];
	return new Head(options, { ...plan, warnings }, link).run();
}

/** The only host is this machine: its agent lives in this process, and nobody else has to be waited for. */
function startHere(plan: Plan, job: JobFacts): Link<HeadToAgent, AgentToHead> {
	const [link, far] = linkPair<HeadToAgent, AgentToHead>();
	new Agent(far);
	link.send(launchOrder(plan, 0, { ...job, env: {} }));
	link.send({ type: "go" });
	return link;
}

/** Other hosts, or files to be copied. Loaded only here: a job on one machine starts faster without. */
async function reachHosts(
	options: Options,
	plan: Plan,
	job: JobFacts,
): Promise<Link<HeadToAgent, AgentToHead>> {
	const { Fleet } = await import("./fleet.ts");
	const { preload } = options.remote;
	if (preload.length === 0) return Fleet.start(options, plan, job);
	const { preloadOrder } = await import("./preload.ts");
	return Fleet.start(options, plan, { ...job, preload: preloadOrder(preload) });
}
