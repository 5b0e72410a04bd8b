import { ArgumentError } from "../base/errors.ts";
import { pack } from "../wire/payload.ts";
import type { Channel } from "./channel.ts";

/** Throws unless there is one value per rank. */
export function checkCount(
	action: string,
	values: unknown,
	size: number,
): asserts values is readonly unknown[] {
	if (!Array.isArray(values)) {
		throw new ArgumentError(
			"ERR_TYPE",
			`Cannot ${action} a ${typeof values}: values is an array, one value per rank`,
		);
	}
	if (values.length !== size) {
		throw new ArgumentError("ERR_COUNT", `Cannot ${action} ${values.length} values: there are ${size} ranks`);
	}
}

/**
 * The root sends each rank its value. A tree would send most values several times, each time unpacked and packed.
 * Cost: α + n (p-1)/p · β, and p-1 sends at the root. Open MPI scatter_intra_basic_linear, all sends at once.
 */
async function scatterLinear(channel: Channel, values: readonly unknown[], root: number): Promise<unknown> {
	// Packed before the first is sent: either every rank gets its value or all reject, without a final message.
	const packed = values.map((value, dest) => (dest === root ? undefined : pack(value)));
	await Promise.all(packed.map((value, dest) => (dest === root ? undefined : channel.send(value, dest))));
	return values[root];
}

/** Value i of the root's array, on rank i; the root's own is the very one it passed. MPI_Scatter. */
export async function scatter(
	channel: Channel,
	values: readonly unknown[] | undefined,
	root: number,
): Promise<unknown> {
	if (channel.rank !== root) return channel.recv(root);
	checkCount("scatter", values, channel.size);
	return scatterLinear(channel, values, root);
}
