import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Tcp ports that a process listens on, from /proc: 127.0.0.1 and ::1 and all others alike. */
export function listeningPorts(pid: number): number[] {
	const inodes = new Set(
		readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
			try {
				return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
			} catch {
				// Closed meanwhile.
				return [];
			}
		}),
	);
	return ["tcp", "tcp6"].flatMap((table) =>
		readFileSync(`/proc/${pid}/net/${table}`, "utf8")
			.split("\n")
			.map((line) => line.trim().split(/\s+/))
			.filter((words) => words[3] === "0A" && inodes.has(words[9] ?? ""))
			.map((words) => Number.parseInt(words[1]?.split(":")[1] ?? "", 16)),
	);
}
