import type { Mpi } from "../../../index.ts";
import { modelAddress } from "../../model/download/address.ts";
import { localModel } from "../../model/download/download.ts";
import { everywhere } from "../process/together.ts";

/**
 * The path of this rank's model. Collective. A model that is given by an address is downloaded once on each host,
 * by the first of its ranks there that want it, while the others wait.
 *
 * @throws {JobError} on every rank, if a model cannot be had.
 */
export async function hostModel(
	{ world, nodeRank, hostname }: Mpi,
	model: string | undefined,
): Promise<string | undefined> {
	const wanted = await world.allgather({ host: nodeRank, model });
	if (wanted.every((other) => other.model === undefined || modelAddress(other.model) === undefined))
		return model;
	const first = wanted.findIndex((other) => other.host === nodeRank && other.model === model);
	const say = (line: string) => process.stderr.write(`${line} (on ${hostname})\n`);
	const own = await everywhere(world, async () =>
		first === world.rank && model !== undefined ? await localModel(model, say) : undefined,
	);
	const paths = await world.allgather(own);
	return paths[first];
}
