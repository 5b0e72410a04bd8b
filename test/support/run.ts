import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ExecutionContext } from "ava";

/** tsmpirun, built. */
export const CLI = fileURLToPath(new URL("../../launch/cli.js", import.meta.url));

export interface RunOptions {
	/** Standard input; it ends after this. Default: nothing. */
	readonly input?: string | Uint8Array;
	/** Leave standard input open; the test writes to and ends `child.stdin` itself. */
	readonly keepInput?: boolean;
	/** Added to the environment; undefined takes a variable away. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly cwd?: string;
	/** Words of a command that runs the command behind it, such as salloc's. */
	readonly within?: readonly string[];
	/** tsmpirun is killed, and the test fails, after this time. Default: 60 s. */
	readonly timeoutMs?: number;
}

/** How a tsmpirun ended. */
export interface RunResult {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
	/** Wall time. */
	readonly ms: number;
}

/** A tsmpirun that runs. */
export interface RunHandle {
	readonly child: ChildProcess;
	/** Resolves with the first line of stdout or stderr that matches; rejects when tsmpirun ends without one. */
	readonly waitForLine: (pattern: RegExp) => Promise<RegExpMatchArray>;
	readonly done: Promise<RunResult>;
}

/** Starts tsmpirun; it is ended, with its ranks, when the test is over. */
export function start(
	t: Pick<ExecutionContext, "teardown" | "log">,
	args: readonly string[],
	options: RunOptions = {},
): RunHandle {
	const { input, cwd, within = [], timeoutMs = 60_000 } = options;
	const env = { ...process.env, ...options.env };
	const from = performance.now();
	const [command = "", ...words] = [...within, process.execPath, CLI, ...args];
	const child = spawn(command, words, {
		env,
		stdio: "pipe",
		...(cwd === undefined ? {} : { cwd }),
	});
	const lines = new Lines();
	const texts = { stdout: "", stderr: "" };
	for (const stream of ["stdout", "stderr"] as const) {
		child[stream].setEncoding("utf8").on("data", (text: string) => {
			texts[stream] += text;
			lines.add(stream, text);
		});
	}
	// A tsmpirun that does not read its standard input.
	child.stdin.on("error", () => {});
	if (options.keepInput !== true) child.stdin.end(input);
	const timer = setTimeout(() => {
		t.log(`tsmpirun ${args.join(" ")} did not end within ${timeoutMs} ms; stderr:\n${texts.stderr}`);
		child.kill("SIGKILL");
	}, timeoutMs);
	const done = once(child, "close").then(([code, signal]): RunResult => {
		clearTimeout(timer);
		lines.end();
		return { code, signal, ...texts, ms: performance.now() - from };
	});
	t.teardown(async () => {
		if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
		// Not "close": a process that outlives tsmpirun may hold its output open, and that is not ours to wait for.
		if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
		child.stdout.destroy();
		child.stderr.destroy();
		clearTimeout(timer);
	});
	return { child, waitForLine: (pattern) => lines.find(pattern), done };
}

/** Runs tsmpirun to its end. */
export function tsmpirun(
	t: ExecutionContext,
	args: readonly string[],
	options: RunOptions = {},
): Promise<RunResult> {
	return start(t, args, options).done;
}

interface Search {
	readonly pattern: RegExp;
	readonly resolve: (match: RegExpMatchArray) => void;
	readonly reject: (error: Error) => void;
}

/** The lines of both streams as they come, and those who wait for one. */
class Lines {
	readonly #whole: string[] = [];
	readonly #rest = new Map<string, string>();
	#searches: Search[] = [];
	#ended = false;

	add(stream: string, text: string): void {
		const parts = `${this.#rest.get(stream) ?? ""}${text}`.split("\n");
		this.#rest.set(stream, parts.pop() ?? "");
		for (const line of parts) {
			this.#whole.push(line);
			this.#searches = this.#searches.filter(({ pattern, resolve }) => {
				const match = line.match(pattern);
				if (match !== null) resolve(match);
				return match === null;
			});
		}
	}

	find(pattern: RegExp): Promise<RegExpMatchArray> {
		for (const line of this.#whole) {
			const match = line.match(pattern);
			if (match !== null) return Promise.resolve(match);
		}
		return new Promise((resolve, reject) => {
			this.#searches.push({ pattern, resolve, reject });
			if (this.#ended) this.end();
		});
	}

	end(): void {
		this.#ended = true;
		for (const { pattern, reject } of this.#searches) {
			reject(new Error(`no line matched ${pattern}; there were:\n${this.#whole.join("\n")}`));
		}
		this.#searches = [];
	}
}
