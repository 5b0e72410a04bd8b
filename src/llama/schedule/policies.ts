import { Dynamic } from "./dynamic.ts";
import type { Item, WorkQueue } from "./item.ts";
import { Prefix, type PrefixOptions } from "./prefix.ts";
import { RoundRobin } from "./round-robin.ts";

/** Names of the dispatch policies. */
export const POLICIES = ["dynamic", "round-robin", "prefix"] as const;
/** Who runs what: whoever has room; dealt in turn; what begins alike together. */
export type Policy = (typeof POLICIES)[number];

/** A queue that goes by a policy. */
export function queueOf<T extends Item>(policy: Policy, options: PrefixOptions<T>): WorkQueue<T> {
	const { wake } = options;
	switch (policy) {
		case "dynamic":
			return new Dynamic<T>(wake);
		case "round-robin":
			return new RoundRobin<T>(wake);
		case "prefix":
			return new Prefix<T>(options);
	}
}
