import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";

/** See test/llama/programs/batch-job.ts. */
export const JOB = fileURLToPath(new URL("../programs/batch-job.js", import.meta.url));

/** A job without tsmpirun that runs. */
export interface Job {
	readonly child: ChildProcess;
	/** Resolves when so many of its requests have ended, or it has. */
	readonly ended: (count: number) => Promise<unknown>;
	/** Resolves when it has its output, or has ended. */
	readonly opened: Promise<unknown>;
	readonly done: Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }>;
}

/** Starts a job; it is killed, if it still runs, when the test is over. */
export function startJob(t: ExecutionContext, ...words: readonly string[]): Job {
	return watchJob(t, spawn(process.execPath, [JOB, ...words], { stdio: ["ignore", "pipe", "pipe"] }));
}

/** As `startJob`, in a shell: `$JOB` is the command of a job. */
export function startShell(t: ExecutionContext, script: string, cwd: string): Job {
	const env = { ...process.env, JOB: `${process.execPath} ${JOB}` };
	return watchJob(t, spawn("bash", ["-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] }));
}

function watchJob(t: ExecutionContext, child: ChildProcess): Job {
	const texts = { stdout: "", stderr: "" };
	for (const stream of ["stdout", "stderr"] as const) {
		child[stream]?.setEncoding("utf8").on("data", (text: string) => {
			texts[stream] += text;
		});
	}
	const done = once(child, "close").then(([code, signal]) => ({ code, signal, ...texts }));
	const printed = (line: string, count: number) =>
		Promise.race([
			done,
			new Promise<void>((resolve) => {
				const look = () =>
					texts.stderr.split("\n").filter((each) => each === line).length >= count && resolve();
				child.stderr?.on("data", look);
				look();
			}),
		]);
	t.teardown(async () => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill("SIGKILL");
		await done;
	});
	return { child, done, opened: printed("open", 1), ended: (count) => printed("ended", count) };
}

/** Writes a batch file; gives its custom ids. */
export function writeBatch(path: string, count: number, words = 1): string[] {
	const ids = Array.from({ length: count }, (_, index) => `r${index}`);
	const lines = ids.map((id) =>
		JSON.stringify({
			custom_id: id,
			method: "POST",
			url: "/v1/completions",
			body: { prompt: `${id} `.repeat(words), max_tokens: 8 },
		}),
	);
	writeFileSync(path, `${lines.join("\n")}\n`);
	return ids;
}

/** The custom ids of an output, in their order; empty if there is none. */
export function idsIn(path: string): string[] {
	if (!existsSync(path)) return [];
	const lines = readFileSync(path, "utf8").split("\n");
	return lines.slice(0, -1).map((line) => (JSON.parse(line) as { custom_id: string }).custom_id);
}
