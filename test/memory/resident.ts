import { readFileSync } from "node:fs";

export const MIB = 1024 * 1024;

/** A figure of this process as the kernel counts it, in bytes. */
function status(name: "VmRSS" | "VmHWM"): number {
	const line = readFileSync("/proc/self/status", "utf8").match(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m"));
	return Number(line?.[1]) * 1024;
}

/** Memory of this process that is resident now. */
export function resident(): number {
	return status("VmRSS");
}

/** Notes what is resident now, and tells how far above that this process has ever been since, in MiB. */
export function growth(): () => number {
	const before = resident();
	return () => (status("VmHWM") - before) / MIB;
}
