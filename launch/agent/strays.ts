import { readdirSync, readFileSync } from "node:fs";
import { JOB_ID_VARIABLE } from "../../src/control/environment.ts";

/** Processes of this host whose environment has all these lines. Empty where there is no /proc. */
function findByEnvironment(lines: readonly string[]): number[] {
	if (process.platform !== "linux") return [];
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
		.filter((name) => {
			const variables = environmentOf(name).split("\0");
			return lines.every((line) => variables.includes(line));
		})
		.map(Number);
}

function environmentOf(pid: string): string {
	try {
		return readFileSync(`/proc/${pid}/environ`, "latin1");
	} catch {
		// Another user's process, or one that is gone by now.
		return "";
	}
}

function kill(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It has ended by itself.
	}
}

/** Kills what is left of a job, or of one rank, in whatever process group it is. */
export function killStrays(jobId: string, rank?: number): void {
	const lines = [`${JOB_ID_VARIABLE}=${jobId}`, ...(rank === undefined ? [] : [`TSMPI_RANK=${rank}`])];
	// Twice more if needed: a process may fork while we look.
	for (let round = 0; round < 3; round++) {
		const strays = findByEnvironment(lines);
		if (strays.length === 0) return;
		strays.forEach(kill);
	}
}
