import { fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { LaunchError } from "../../../src/base/errors.ts";
import type { AgentToHead, StreamName } from "../../link/protocol.ts";
import { codeOf, Sink } from "./sink.ts";

type OutputMessage = Extract<AgentToHead, { type: "output" }>;

/** How the ranks' output is shown. */
export interface OutputOptions {
	readonly size: number;
	readonly tag: boolean;
	readonly timestamp: boolean;
	readonly folder: string | undefined;
	/** Nobody reads stdout or stderr any more, or they cannot be written: the job ends with this exit code. */
	readonly unread: (exitCode: number) => void;
}

/** As if SIGPIPE had ended us. */
const BROKEN_PIPE_CODE = 141;

/** Writer name of tsmpirun's own messages. */
const OWN = "tsmpirun";

/** The ranks' output and tsmpirun's own messages, on their way to the terminal, a pipe, or files. */
export class Output {
	readonly #options: OutputOptions;
	readonly #sinks: Record<StreamName, Sink>;
	readonly #files = new Map<string, Sink>();
	#fileTrouble = false;

	constructor(options: OutputOptions) {
		this.#options = options;
		const stdout = new Sink(1, (error) => this.#broken("stdout", error));
		// One writer for one file: two would overtake each other in `2>&1`.
		const stderr = sameFile(1, 2) ? stdout : new Sink(2, (error) => this.#broken("stderr", error));
		this.#sinks = { stdout, stderr };
	}

	/** Opens the files of --output-dir, before the first output is written. Throws LaunchError. */
	open(): void {
		if (this.#options.folder !== undefined) this.#openFiles(this.#options.folder);
	}

	/** Writes a rank's output; resolves once it is out. */
	async write({ rank, stream, chunk, atMs }: OutputMessage): Promise<void> {
		const { tag, timestamp } = this.#options;
		const prefix = `${timestamp ? `${new Date(atMs).toISOString()} ` : ""}${tag ? `[${rank}] ` : ""}`;
		const writer = `${rank} ${stream}`;
		const shown = this.#sinks[stream].writeLines(writer, chunk, prefix);
		await this.#files.get(writer)?.writeLines(writer, chunk);
		await shown;
	}

	/** Writes a message of tsmpirun's own on stderr. */
	message(text: string): void {
		void this.#sinks.stderr.writeLines(OWN, Buffer.from(`tsmpirun: ${text}\n`));
	}

	/** Writes text as it is on stderr. */
	plain(text: string): void {
		void this.#sinks.stderr.writeLines(OWN, Buffer.from(text));
	}

	/** Whether something that ranks wrote is missing in --output-dir. */
	get incomplete(): boolean {
		return this.#fileTrouble;
	}

	async flush(): Promise<void> {
		const { stdout, stderr } = this.#sinks;
		await Promise.all([stdout, stderr, ...this.#files.values()].map((sink) => sink.flush()));
	}

	#openFiles(folder: string): void {
		const { size } = this.#options;
		const digits = Math.max(2, `${size - 1}`.length);
		try {
			for (let rank = 0; rank < size; rank++) {
				const name = join(folder, `rank-${`${rank}`.padStart(digits, "0")}`);
				for (const [stream, ending] of [
					["stdout", "out"],
					["stderr", "err"],
				] as const) {
					const sink = new Sink(openSync(`${name}.${ending}`, "w"), (error) => this.#fileBroken(error));
					this.#files.set(`${rank} ${stream}`, sink);
				}
			}
		} catch (error) {
			const why = error instanceof Error ? error.message : String(error);
			throw new LaunchError(`Cannot write to --output-dir ${folder}: ${why}`, 1, { cause: error });
		}
	}

	#broken(stream: StreamName, error: Error): void {
		const isUnread = codeOf(error) === "EPIPE";
		if (!isUnread && stream === "stdout") this.message(`Cannot write to stdout: ${error.message}`);
		this.#options.unread(isUnread ? BROKEN_PIPE_CODE : 1);
	}

	#fileBroken(error: Error): void {
		if (!this.#fileTrouble) this.message(`Cannot write to --output-dir: ${error.message}`);
		this.#fileTrouble = true;
	}
}

function sameFile(one: number, other: number): boolean {
	const [a, b] = [fstatSync(one), fstatSync(other)];
	return a.dev === b.dev && a.ino === b.ino;
}
