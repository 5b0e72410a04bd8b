import { placeRanks } from "../agent/place.ts";
import { Placements } from "./describe.ts";
import { launchOrder } from "./orders.ts";
import type { Plan } from "./plan.ts";

/** Prints the map and the commands. Other hosts are not asked: what they run is shown as it was typed. */
export async function dryRun(plan: Plan): Promise<number> {
	const placements = new Placements(plan);
	for (const [node, host] of plan.nodes.entries()) {
		if (plan.isRemote(host)) continue;
		const { ranks, gpus } = await placeRanks(
			launchOrder(plan, node, { jobId: "", network: undefined, env: {} }),
		);
		placements.add({ ranks, ...(gpus === undefined ? {} : { gpus }) });
	}
	process.stdout.write(placements.describe(true));
	return 0;
}
