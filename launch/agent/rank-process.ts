import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { ChildExit } from "../../src/base/process/exit-text.ts";
import type { StreamName } from "../link/protocol.ts";
import { OutputPump } from "./output/output-pump.ts";
import { openInput, openOutput } from "./output/pipes.ts";
import { killStrays } from "./strays.ts";

/** Time that a rank's own children get to close its output after it has exited. */
const LINGER_MS = 1000;

/** What to start, with nothing left to decide. */
export interface RankProcessOptions {
	readonly rank: number;
	readonly jobId: string;
	readonly command: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly env: NodeJS.ProcessEnv;
	/** Named pipes for stdin (if it reads), stdout and stderr; undefined: socket pairs. */
	readonly pipes: { readonly in: string | undefined; readonly out: string; readonly err: string } | undefined;
	readonly stdin: boolean;
	readonly prompts: readonly StreamName[];
}

/** Whole lines, unless `partial`: then the last one is unfinished. */
export interface RankOutput {
	readonly chunk: Uint8Array;
	readonly partial: boolean;
}

/** What becomes of a rank. */
export interface RankEvents {
	readonly output: (stream: StreamName, output: RankOutput) => void;
	readonly exited: (ending: ChildExit) => void;
	/** It has exited and all its output has been passed on. */
	readonly drained: () => void;
	readonly failed: (error: NodeJS.ErrnoException) => void;
}

/** One rank: its process (leader of a process group of its own) and its pipes. */
export class RankProcess {
	readonly rank: number;
	readonly stdin: Writable | undefined;
	readonly #child: ChildProcess;
	readonly #jobId: string;
	readonly #pumps: Record<StreamName, OutputPump>;
	#linger: NodeJS.Timeout | undefined;
	#gone = false;
	#end: () => void = () => {};
	/** Resolves once it has exited and closed its output, or could not be started. */
	readonly ended = new Promise<void>((resolve) => {
		this.#end = resolve;
	});

	constructor(options: RankProcessOptions, events: RankEvents) {
		const { command, args, cwd, env, pipes, rank, jobId } = options;
		const input = pipes?.in === undefined ? undefined : openInput(pipes.in);
		const out = pipes === undefined ? undefined : openOutput(pipes.out);
		const err = pipes === undefined ? undefined : openOutput(pipes.err);
		const stdin = input?.rankEnd ?? (options.stdin ? "pipe" : "ignore");
		this.rank = rank;
		this.#jobId = jobId;
		this.#child = spawn(command, args, {
			cwd,
			env,
			detached: true,
			stdio: [stdin, out?.rankEnd ?? "pipe", err?.rankEnd ?? "pipe"],
		});
		for (const pipe of [input, out, err]) if (pipe !== undefined) closeSync(pipe.rankEnd);
		this.stdin = input?.stream ?? this.#child.stdin ?? undefined;
		const pump = (stream: StreamName, source: Readable | null | undefined) => {
			if (source === null || source === undefined) throw new TypeError(`rank ${rank} has no ${stream}`);
			return new OutputPump(source, {
				prompts: options.prompts.includes(stream),
				deliver: (chunk, partial) => events.output(stream, { chunk, partial }),
			});
		};
		this.#pumps = {
			stdout: pump("stdout", out?.stream ?? this.#child.stdout),
			stderr: pump("stderr", err?.stream ?? this.#child.stderr),
		};
		this.#child.once("error", (error) => {
			events.failed(error);
			if (this.#child.pid === undefined) this.#end();
		});
		this.#child.once("exit", (code, signal) => {
			events.exited({ code, signal });
			this.#linger = setTimeout(() => this.#endLeftovers(), LINGER_MS);
			void this.#drain(events.drained);
		});
	}

	/** Also the number of its process group; undefined if it could not be started. */
	get pid(): number | undefined {
		return this.#child.pid;
	}

	/** Whether it has exited and closed its output. */
	get gone(): boolean {
		return this.#gone;
	}

	/** Sends a signal to its process group. */
	signal(signal: NodeJS.Signals): void {
		if (this.#gone || this.pid === undefined) return;
		try {
			process.kill(-this.pid, signal);
		} catch {
			// The group is empty.
		}
	}

	acknowledge(stream: StreamName, bytes: number): void {
		this.#pumps[stream].acknowledge(bytes);
	}

	async #drain(drained: () => void): Promise<void> {
		await Promise.all([this.#pumps.stdout.done, this.#pumps.stderr.done]);
		clearTimeout(this.#linger);
		// Background processes in the rank's group, which closed its output.
		this.signal("SIGKILL");
		this.#gone = true;
		drained();
		this.#end();
	}

	/** The rank has exited, but a process that it started holds its output open. */
	#endLeftovers(): void {
		this.signal("SIGKILL");
		killStrays(this.#jobId, this.rank);
		// A process that was not found could hold the pipe open for ever: reading ends without it. Not while bytes wait
		// for a slow reader of tsmpirun, which may take its time.
		this.#linger = setInterval(() => {
			for (const pump of [this.#pumps.stdout, this.#pumps.stderr]) if (!pump.waiting) pump.end();
		}, LINGER_MS);
	}
}
