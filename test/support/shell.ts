import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { ExecutionContext } from "ava";
import { CLI } from "./run.ts";

/** How a shell script ended. */
export interface ShellResult {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/**
 * Runs a script of bash in which `tsmpirun` is ours: for redirections and pipes, as users write them.
 *
 * The script is ended, with all that it started, when the test is over.
 */
export async function shell(
	t: ExecutionContext,
	script: string,
	env: Readonly<Record<string, string>> = {},
): Promise<ShellResult> {
	const child = spawn("bash", ["-c", `tsmpirun() { "$NODE" "$CLI" "$@"; }; ${script}`], {
		env: { ...process.env, NODE: process.execPath, CLI, ...env },
		stdio: ["ignore", "pipe", "pipe"],
		detached: true,
	});
	t.teardown(() => {
		try {
			process.kill(-(child.pid ?? 0), "SIGKILL");
		} catch {
			// All of it has ended.
		}
	});
	const [stdout, stderr, [code]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, "exit"),
	]);
	return { code, stdout, stderr };
}
