import { sharesGpus } from "../machine/gpu.ts";
import type { MappedRank } from "./map.ts";

/** A rank's line of --display-map. */
export interface MapRow {
	readonly mapped: MappedRank;
	readonly command: readonly string[];
	readonly gpus?: readonly string[] | undefined;
	readonly cores?: string | undefined;
	/** Its host has been asked for its GPUs and cores. */
	readonly asked: boolean;
}

/** What the rows themselves do not say. */
export interface MapTextOptions {
	/** The GPUs that the ranks of a host share, by the index of the host. */
	readonly gpus: ReadonlyMap<number, readonly string[]>;
	readonly gpusPerRank: number;
	readonly commands: boolean;
}

/** The text of --display-map, and with `commands` that of --dry-run. */
export function mapText(ranks: readonly MapRow[], { gpus, gpusPerRank, commands }: MapTextOptions): string {
	const nodes = new Map<number, MapRow[]>();
	for (const rank of ranks) {
		const node = rank.mapped.nodeRank;
		nodes.set(node, [...(nodes.get(node) ?? []), rank]);
	}
	const lines = [`Map: ${count(ranks.length, "rank")} on ${count(nodes.size, "host")}`];
	for (const [node, own] of nodes) {
		const host = own[0]?.mapped.host;
		if (host === undefined) continue;
		const limit = host.maxSlots === undefined ? "" : `, max_slots ${host.maxSlots}`;
		const over = own.length > host.slots ? ", oversubscribed" : "";
		const devices = gpus.get(node) ?? [];
		const gpuCount = devices.length || host.gpus;
		const gpuText = gpuCount === undefined ? "" : `, ${count(gpuCount, "GPU")}`;
		const asked = own.every((rank) => rank.asked) ? "" : " (GPUs and cores: not asked)";
		lines.push(
			`host ${host.name}: ${count(host.slots, "slot")}${limit}${gpuText}, ${count(own.length, "rank")}${over}${asked}`,
		);
		if (sharesGpus(devices, own.length, gpusPerRank)) {
			lines.push(`  ${count(devices.length, "GPU")} for ${count(own.length, "rank")}: ranks share GPUs`);
		}
		lines.push(...own.map((rank) => rankLine(rank, commands)));
	}
	return `${lines.join("\n")}\n`;
}

function rankLine({ mapped, command, gpus, cores }: MapRow, commands: boolean): string {
	const parts = [`  rank ${mapped.rank}: local rank ${mapped.localRank}`];
	if (gpus !== undefined) parts.push(gpus.length === 0 ? "no GPU" : `GPU ${gpus.join(",")}`);
	if (cores !== undefined) parts.push(`cores ${cores}`);
	if (commands) parts.push(command.map(quote).join(" "));
	return parts.join(", ");
}

function count(number: number, noun: string): string {
	return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** As one would type it in a shell. */
function quote(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
