import { resolveRanks } from "../agent/resolve-ranks.ts";
import { HostAnswers } from "./host-answers.ts";
import { launchOrder } from "./orders.ts";
import type { Plan } from "./plan.ts";

/** Prints the map and the commands. Other hosts are not asked: what they run is shown as it was typed. */
export async function dryRun(plan: Plan): Promise<number> {
	const answers = new HostAnswers(plan);
	for (const [node, host] of plan.nodes.entries()) {
		if (plan.isRemote(host)) continue;
		const order = launchOrder(plan, node, { jobId: "", network: undefined, env: {} });
		answers.add(await resolveRanks(order));
	}
	process.stdout.write(answers.mapText({ commands: true }));
	return 0;
}
