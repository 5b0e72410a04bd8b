import type { TypedArray } from "../wire/payload.ts";
import type { Channel } from "./channel.ts";
import { cut } from "./counts.ts";
import { copyArray } from "./elementwise.ts";

/**
 * Part i of the root's array, on rank i, in fresh memory everywhere. Array, counts and displacements are those of the
 * root. MPI_Scatterv.
 * Cost: α + n (p-1)/p · β. MPICH scatterv_allcomm_linear.
 */
export async function scatterv(
	channel: Channel,
	array: TypedArray | undefined,
	counts: ArrayLike<number> | undefined,
	displs: ArrayLike<number> | undefined,
	root: number,
): Promise<unknown> {
	const { rank, size } = channel;
	if (rank !== root) return channel.recv(root);
	// Views of raw memory always pack: once the parts are cut, nothing can fail for some ranks only.
	const parts = cut("scatterv", array, counts, displs, size);
	await Promise.all(parts.map((part, dest) => (dest === root ? undefined : channel.send(part, dest))));
	return copyArray(parts[root] as TypedArray);
}
