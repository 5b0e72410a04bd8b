import { readdirSync, readFileSync } from "node:fs";

/** A process, as the kernel shows it. */
export interface ProcessEntry {
	readonly pid: number;
	readonly parent: number;
	readonly command: string;
}

/** All processes below one. */
export function descendants(pid: number): ProcessEntry[] {
	const all = listProcesses();
	const below = (parent: number): ProcessEntry[] =>
		all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)]);
	return below(pid);
}

export function isEngine({ command }: ProcessEntry): boolean {
	return command.includes("node-llama-cpp/host/main.js") || command.includes("llama-server --model");
}

/** Resolves once none of the processes is left; rejects with those that are, after the time is up. */
export async function untilGone(pids: readonly number[], withinMs: number): Promise<void> {
	const deadline = performance.now() + withinMs;
	for (;;) {
		const left = listProcesses().filter(({ pid }) => pids.includes(pid));
		if (left.length === 0) return;
		if (performance.now() > deadline) {
			throw new Error(`still there after ${withinMs} ms: ${left.map(({ command }) => command).join("; ")}`);
		}
		// The kernel tells nobody of the end of a process that is not its child: look again.
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

function listProcesses(): ProcessEntry[] {
	return readdirSync("/proc").flatMap((name) => {
		const pid = Number(name);
		if (!Number.isInteger(pid)) return [];
		try {
			const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
			const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			// A zombie has ended; only its parent has not looked yet.
			if (fields[0] === "Z") return [];
			const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
			return [{ pid, parent: Number(fields[1]), command }];
		} catch {
			// It ended while it was being looked at.
			return [];
		}
	});
}
