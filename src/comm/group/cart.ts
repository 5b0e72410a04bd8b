import type { CartOptions } from "../api/options.ts";
import type { CommCore } from "../core/core.ts";
import { make } from "./make.ts";
import { type Topology, topologyOf } from "./topology.ts";

/** What a communicator with a grid is made of. */
export interface CartCore {
	readonly core: CommCore;
	readonly topology: Topology;
}

export async function cart(core: CommCore, options: CartOptions): Promise<CartCore | undefined> {
	const { dims, periods } = options ?? {};
	const grid = Array.isArray(dims) ? dims.map(String).join("x") : "";
	let topology: Topology | undefined;
	const made = await make(core, {
		operation: "cart",
		name: `${core.context.name}.cart(${grid})`,
		options,
		choose: () => {
			topology = topologyOf(dims, periods, core.size);
			return { color: core.rank < topology.size ? 0 : undefined, key: 0 };
		},
	});
	return made === undefined || topology === undefined ? undefined : { core: made, topology };
}
