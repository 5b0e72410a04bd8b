import { readdir, readFile } from "node:fs/promises";
import { JOB_ID_VARIABLE } from "../../src/job.ts";

/** Processes of this host whose environment has all these lines. Empty where there is no /proc. */
async function findByEnvironment(lines: readonly string[]): Promise<number[]> {
	const names = await readdir("/proc").catch(() => []);
	const found = await Promise.all(
		names
			.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
			.map(async (name) => {
				// Other users' processes cannot be read, and some are gone by now.
				const text = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
				const variables = text.split("\0");
				return lines.every((line) => variables.includes(line)) ? Number(name) : undefined;
			}),
	);
	return found.filter((pid) => pid !== undefined);
}

function kill(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It was faster.
	}
}

/** Kills what is left of a job, or of one rank, in whatever process group it is. */
export async function killStrays(jobId: string, rank?: number): Promise<void> {
	const lines = [`${JOB_ID_VARIABLE}=${jobId}`, ...(rank === undefined ? [] : [`TSMPI_RANK=${rank}`])];
	// Twice more if needed: a process may fork while we look.
	for (let round = 0; round < 3; round++) {
		const strays = await findByEnvironment(lines);
		if (strays.length === 0) return;
		strays.forEach(kill);
	}
}
