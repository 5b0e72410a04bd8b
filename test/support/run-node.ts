import { execFile } from "node:child_process";
import type { RunResult } from "./run.ts";

/** How long a program may take before it is killed, in milliseconds. */
const LIMIT_MS = 60_000;

/** Runs a program by plain Node, without tsmpirun, to its end. */
export function runNode(
	args: readonly string[],
	env: Readonly<Record<string, string>> = {},
): Promise<Pick<RunResult, "code" | "signal" | "stdout" | "stderr">> {
	return new Promise((resolve) => {
		const options = { env: { ...process.env, ...env }, timeout: LIMIT_MS, killSignal: "SIGKILL" } as const;
		const child = execFile(process.execPath, args, options, (_, stdout, stderr) => {
			resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr });
		});
	});
}
