import type { Readable } from "node:stream";
import { LineSplitter } from "./line-splitter.ts";

/** Bytes on their way to the head before the rank's pipe is left full, and the rank waits. */
const WINDOW = 512 * 1024;

/** A line without an end is passed on in pieces of this size, rather than kept in memory for ever. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** A terminal shows an unfinished line (a question, a progress bar) after this time. */
const PROMPT_MS = 50;

/** How output is passed on. */
export interface OutputPumpOptions {
	/** An unfinished line is passed on too, after a short time. */
	readonly prompts: boolean;
	/** Takes whole lines, or with `partial` bytes whose last line is unfinished. */
	readonly deliver: (chunk: Uint8Array, partial: boolean) => void;
}

/** Reads one stream of a rank, passes on whole lines, and stops reading while the reader of tsmpirun is slower. */
export class OutputPump {
	readonly #source: Readable;
	readonly #deliver: OutputPumpOptions["deliver"];
	readonly #prompts: boolean;
	readonly #splitter = new LineSplitter();
	#unacknowledged = 0;
	#prompt: NodeJS.Timeout | undefined;
	#ended = false;
	/** Resolves once everything has been passed on. */
	readonly done: Promise<void>;

	constructor(source: Readable, { prompts, deliver }: OutputPumpOptions) {
		this.#source = source;
		this.#prompts = prompts;
		this.#deliver = deliver;
		source.on("data", (chunk: Buffer) => this.#read(chunk));
		// A stream that breaks (its writer was killed) has delivered what it had.
		source.on("error", () => {});
		this.done = new Promise((resolve) => {
			source.on("close", () => {
				this.#ended = true;
				clearTimeout(this.#prompt);
				this.#flush();
				resolve();
			});
		});
	}

	/** Whether bytes wait for the reader of tsmpirun: then an open pipe is not the rank's fault. */
	get waiting(): boolean {
		return !this.#ended && this.#source.isPaused();
	}

	acknowledge(bytes: number): void {
		this.#unacknowledged -= bytes;
		if (this.#unacknowledged <= WINDOW / 2 && this.#source.isPaused()) this.#source.resume();
	}

	/** Stops reading a pipe that somebody holds open. */
	end(): void {
		this.#source.destroy();
	}

	#read(chunk: Buffer): void {
		clearTimeout(this.#prompt);
		const lines = this.#splitter.push(chunk);
		if (lines !== undefined) this.#send(lines, false);
		if (this.#splitter.pendingBytes > LONGEST_LINE) this.#flush();
		if (this.#prompts && this.#splitter.pendingBytes > 0) {
			this.#prompt = setTimeout(() => this.#flush(), PROMPT_MS);
		}
	}

	#flush(): void {
		const rest = this.#splitter.take();
		if (rest !== undefined) this.#send(rest, true);
	}

	#send(chunk: Uint8Array, partial: boolean): void {
		this.#unacknowledged += chunk.length;
		if (this.#unacknowledged > WINDOW) this.#source.pause();
		this.#deliver(chunk, partial);
	}
}
