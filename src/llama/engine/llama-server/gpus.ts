import { execFile } from "node:child_process";

/** A device that a llama-server can use. */
export interface ServerDevice {
	/** As llama.cpp calls it: "CUDA0". */
	readonly id: string;
	readonly name: string;
}

/** A driver that is just waking up its GPUs takes seconds. */
const LIST_MS = 60_000;

/** What a llama-server says about the host. */
export interface DeviceList {
	/** False for a program that cannot be run, or is no llama-server. */
	readonly runs: boolean;
	/** Devices beside the processor that it can use. */
	readonly devices: readonly ServerDevice[];
}

/** Asks a llama-server for its devices under this environment. */
export function listDevices(binary: string, env: NodeJS.ProcessEnv): Promise<DeviceList> {
	return new Promise((resolve) => {
		execFile(binary, ["--list-devices"], { env, timeout: LIST_MS }, (error, stdout, stderr) => {
			resolve({ runs: error === null, devices: parseDevices(`${stdout}\n${stderr}`) });
		});
	});
}

/** Reads lines like "  CUDA0: NVIDIA H100 (81079 MiB, 80500 MiB free)". */
export function parseDevices(text: string): ServerDevice[] {
	const [, listed = ""] = text.split(/^Available devices:\s*$/m);
	return [...listed.matchAll(/^\s+(\w+): (.+?) \(\d+ MiB, \d+ MiB free\)\s*$/gm)]
		.map(([, id = "", name = ""]) => ({ id, name }))
		.filter(({ id }) => !/^(CPU|BLAS)/.test(id));
}
