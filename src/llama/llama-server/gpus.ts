import { execFile } from "node:child_process";
import { existsSync } from "node:fs";

/** This host has NVIDIA's driver. */
export function hasNvidiaDriver(): boolean {
	return existsSync("/dev/nvidiactl") || existsSync("/dev/dxg");
}

/** A device that a llama-server can use. */
export interface ServerDevice {
	/** As llama.cpp calls it: "CUDA0". */
	readonly id: string;
	readonly name: string;
}

/** A driver that is just waking up its GPUs takes seconds. */
const LIST_MS = 60_000;

/** The devices beside the processor that a llama-server can use under this environment. */
export function listDevices(binary: string, env: NodeJS.ProcessEnv): Promise<ServerDevice[]> {
	return new Promise((resolve) => {
		// What goes wrong here goes wrong again when the server itself is started, with an error that says so.
		execFile(binary, ["--list-devices"], { env, timeout: LIST_MS }, (_error, stdout, stderr) => {
			resolve(parseDevices(`${stdout}\n${stderr}`));
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
