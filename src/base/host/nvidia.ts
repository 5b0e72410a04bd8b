import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { findOnPath } from "./path.ts";

/** Whether this host has NVIDIA's driver: its own, or Windows' in WSL. */
export function hasNvidiaDriver(): boolean {
	return existsSync("/dev/nvidiactl") || existsSync("/dev/dxg");
}

/** How many GPUs the driver lists. 0 where it lists none, which is so without a GPU, and in WSL with one. */
export function countDriverGpus(): number {
	try {
		return readdirSync("/proc/driver/nvidia/gpus").length;
	} catch {
		return 0;
	}
}

/** The GPUs that a value of CUDA_VISIBLE_DEVICES leaves to a process, as numbers or UUIDs. */
export function visibleGpus(value: string): string[] {
	const devices = value
		.split(",")
		.map((device) => device.trim())
		.filter((device) => device !== "");
	// CUDA's words for "none": -1 by its own documentation, NoDevFiles from Slurm.
	return devices[0] === "-1" || devices[0] === "NoDevFiles" ? [] : devices;
}

/** What nvidia-smi printed, or why it could not say. */
export type NvidiaSmiResult =
	| { readonly lines: readonly string[] }
	| { readonly missing: true }
	| { readonly error: string };

/**
 * Runs nvidia-smi with these arguments. On a host with a sick driver it takes seconds, or does not end at all.
 *
 * @param limitMs Time after which it is killed.
 */
export async function askNvidiaSmi(
	args: readonly string[],
	{ env, limitMs }: { readonly env: Readonly<NodeJS.ProcessEnv>; readonly limitMs: number },
): Promise<NvidiaSmiResult> {
	const program = findOnPath("nvidia-smi", env.PATH);
	if (program === undefined) return { missing: true };
	const options = { timeout: limitMs, killSignal: "SIGKILL" } as const;
	return new Promise((resolve) => {
		execFile(program, args, options, (error, stdout, stderr) => {
			if (error === null) resolve({ lines: stdout.split("\n").filter((line) => line !== "") });
			else resolve({ error: (stdout || stderr || error.message).trim().split("\n")[0] ?? "" });
		});
	});
}
