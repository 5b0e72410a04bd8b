import { LaunchError } from "../../src/base/errors.ts";
import type { Placement } from "../../src/control/environment.ts";
import type { Host } from "../hosts/hosts.ts";

/** A rank and where it runs. */
export interface MappedRank extends Placement {
	readonly host: Host;
	/** Index of its program on the command line. */
	readonly program: number;
}

/**
 * How ranks are dealt out to hosts: one host is filled after the other (slot), each in turn gets one (node), or each
 * gets the same number (ppr:N:node).
 */
export type MapBy = "slot" | "node" | { readonly perNode: number };

/** How ranks are dealt out to hosts, and how they are numbered there. */
export interface MapRules {
	readonly mapBy: MapBy;
	/** slot: the ranks of a host have consecutive numbers; node: each host in turn gets the next number. */
	readonly rankBy: "slot" | "node";
	readonly oversubscribe: boolean;
}

/** Places ranks on hosts. `counts` holds the ranks of each program; undefined takes all slots. */
export function mapRanks(
	hosts: readonly Host[],
	counts: readonly (number | undefined)[],
	{ mapBy, rankBy, oversubscribe }: MapRules,
): MappedRank[] {
	const slots = hosts.reduce((sum, host) => sum + host.slots, 0);
	const all = typeof mapBy === "object" ? mapBy.perNode * hosts.length : slots;
	const programs = counts.flatMap((count, program) => Array.from({ length: count ?? all }, () => program));
	const size = programs.length;
	const shares =
		typeof mapBy === "object"
			? sharePerNode(hosts, size, { perNode: mapBy.perNode, oversubscribe })
			: shareOut(hosts, size, { mapBy, oversubscribe });
	const order = rankBy === "slot" ? fillOrder(shares) : dealOrder(shares);
	const used = shares.flatMap((share, host) => (share > 0 ? [host] : []));
	const seen = new Map<number, number>();
	return order.map((hostIndex, rank) => {
		const host = hosts[hostIndex];
		if (host === undefined) throw new RangeError(`no host ${hostIndex}`);
		const localRank = seen.get(hostIndex) ?? 0;
		seen.set(hostIndex, localRank + 1);
		return {
			rank,
			size,
			localRank,
			localSize: shares[hostIndex] ?? 0,
			nodeRank: used.indexOf(hostIndex),
			host,
			program: programs[rank] ?? 0,
		};
	});
}

/** Ranks of each host: the slots first, then one more for each host in turn, never above max_slots. */
function shareOut(
	hosts: readonly Host[],
	size: number,
	{ mapBy, oversubscribe }: { readonly mapBy: "slot" | "node"; readonly oversubscribe: boolean },
): number[] {
	const slots = hosts.reduce((sum, host) => sum + host.slots, 0);
	if (size > slots && !oversubscribe) {
		throw new LaunchError(
			`Cannot start ${size} ranks: the hosts have ${slots} slots (--oversubscribe allows more)`,
		);
	}
	const shares = hosts.map(() => 0);
	let left = size;
	const deal = (room: (host: Host) => number) => {
		let dealt = true;
		while (left > 0 && dealt) {
			dealt = false;
			for (const [index, host] of hosts.entries()) {
				const share = shares[index] ?? 0;
				if (left === 0 || share >= room(host)) continue;
				const take = mapBy === "slot" && share < host.slots ? Math.min(left, host.slots - share) : 1;
				shares[index] = share + take;
				left -= take;
				dealt = true;
			}
		}
	};
	deal((host) => host.slots);
	deal((host) => host.maxSlots ?? Number.POSITIVE_INFINITY);
	if (left > 0) {
		throw new LaunchError(`Cannot start ${size} ranks: max_slots of the hosts allows ${size - left}`);
	}
	return shares;
}

/** Ranks of each host when each gets the same number; only the last may have fewer. */
function sharePerNode(
	hosts: readonly Host[],
	size: number,
	{ perNode, oversubscribe }: { readonly perNode: number; readonly oversubscribe: boolean },
): number[] {
	const room = perNode * hosts.length;
	if (size > room) {
		const places = `${perNode} on each of ${hosts.length} ${hosts.length === 1 ? "host" : "hosts"} are ${room}`;
		throw new LaunchError(`Cannot start ${size} ranks by --map-by ppr:${perNode}:node: ${places}`);
	}
	return hosts.map((host, index) => {
		const share = Math.max(0, Math.min(perNode, size - index * perNode));
		const limit = oversubscribe ? host.maxSlots : host.slots;
		if (limit !== undefined && share > limit) {
			const why = oversubscribe
				? `its max_slots is ${limit}`
				: `it has ${limit} ${limit === 1 ? "slot" : "slots"} (--oversubscribe allows more)`;
			throw new LaunchError(`Cannot start ${share} ranks on ${host.name}: ${why}`);
		}
		return share;
	});
}

function fillOrder(shares: readonly number[]): number[] {
	return shares.flatMap((share, host) => Array.from({ length: share }, () => host));
}

function dealOrder(shares: readonly number[]): number[] {
	const rounds = Math.max(0, ...shares);
	return Array.from({ length: rounds }, (_, round) =>
		shares.flatMap((share, host) => (share > round ? [host] : [])),
	).flat();
}
