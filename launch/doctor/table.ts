import type { HostFacts, Part } from "../link/examination.ts";
import type { Examined } from "./diagnosis.ts";

interface Column {
	readonly heading: string;
	readonly cell: (facts: HostFacts, host: Examined) => string;
}

const COLUMNS: readonly Column[] = [
	{ heading: "node", cell: ({ node }) => node },
	{ heading: "tsmpi", cell: ({ tsmpi }) => tsmpi },
	{ heading: "zeromq", cell: ({ zeromq }) => part(zeromq) },
	{ heading: "node-llama-cpp", cell: ({ nodeLlamaCpp }) => part(nodeLlamaCpp) },
	{ heading: "llama-server", cell: ({ llamaServer }) => part(llamaServer) },
	{ heading: "cores", cell: ({ cores }) => `${cores}` },
	{ heading: "GPUs", cell: ({ gpus }) => (gpus.error === undefined ? gpuCell(gpus.names) : "error") },
	{
		heading: "free",
		cell: ({ folders }) => folders.map((folder) => `${folder.path} ${size(folder.freeBytes)}`).join(", "),
	},
	{ heading: "files", cell: ({ openFiles }) => (openFiles === undefined ? "any" : `${openFiles}`) },
	{
		heading: "clock",
		cell: (_, { clockAheadMs }) => (clockAheadMs === undefined ? "" : clock(clockAheadMs)),
	},
	{
		heading: "start",
		cell: (_, { startMs }) => (startMs === undefined ? "" : `${(startMs / 1000).toFixed(1)} s`),
	},
];

/** A line for each host. */
export function hostTable(hosts: readonly Examined[]): string {
	const rows = hosts.map((host) => {
		const { facts } = host;
		if (facts === undefined) return [host.name, "no agent"];
		return [host.name, ...COLUMNS.map(({ cell }) => cell(facts, host))];
	});
	const all = [["host", ...COLUMNS.map(({ heading }) => heading)], ...rows];
	// A column that has nothing to say is left out: one host has no clock to differ from.
	const kept = (all[0] ?? []).flatMap((_, index) =>
		index === 0 || rows.some((row) => (row[index] ?? "") !== "") ? [index] : [],
	);
	const widths = kept.map((index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
	const line = (row: readonly string[]) =>
		kept
			.map((index, place) => (row[index] ?? "").padEnd(widths[place] ?? 0))
			.join("  ")
			.trimEnd();
	return `${all.map(line).join("\n")}\n`;
}

function part({ found, error }: Part): string {
	return found ?? (error === undefined ? "none" : "error");
}

/** "2 x NVIDIA L4", "none". */
function gpuCell(names: readonly string[]): string {
	const counts = new Map<string, number>();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	if (counts.size === 0) return "none";
	return [...counts].map(([name, count]) => `${count} x ${name}`).join(", ");
}

function size(bytes: number): string {
	const gib = bytes / 2 ** 30;
	return gib >= 1 ? `${gib.toFixed(0)} GiB` : `${Math.floor(bytes / 2 ** 20)} MiB`;
}

function clock(aheadMs: number): string {
	if (aheadMs === 0) return "same";
	return `${aheadMs > 0 ? "+" : "-"}${(Math.abs(aheadMs) / 1000).toFixed(1)} s`;
}
