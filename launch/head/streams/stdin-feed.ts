import { readFileSync } from "node:fs";

/** Bytes on their way to a rank before tsmpirun stops reading its standard input. */
const WINDOW = 256 * 1024;

/** How a rank is given what it reads. */
export interface InputReader {
	readonly send: (rank: number, chunk: Uint8Array) => void;
	/** There is no more. */
	readonly end: (rank: number) => void;
}

/** Passes tsmpirun's standard input on to the ranks that read it, as fast as the slowest of them reads. */
export class StdinFeed {
	readonly #pending: Map<number, number>;
	readonly #reader: InputReader;
	/** Ranks that do not run yet. */
	readonly #awaited: Set<number>;
	#reading = false;

	constructor(ranks: readonly number[], reader: InputReader) {
		this.#pending = new Map(ranks.map((rank) => [rank, 0]));
		this.#awaited = new Set(ranks);
		this.#reader = reader;
	}

	/** A rank runs: once all do that read, the reading begins. */
	ready(rank: number): void {
		if (this.#awaited.delete(rank) && this.#awaited.size === 0) this.start();
	}

	/** Begins to read, unless tsmpirun runs in the background of a terminal: reading would stop it (SIGTTIN). */
	start(): void {
		if (this.#reading || this.#awaited.size > 0 || this.#pending.size === 0 || isInBackground()) return;
		this.#reading = true;
		process.stdin.on("data", (chunk: Buffer) => this.#read(chunk));
		const ended = () => {
			for (const rank of this.#pending.keys()) this.#reader.end(rank);
			this.#pending.clear();
		};
		process.stdin.once("end", ended);
		process.stdin.once("error", ended);
	}

	/** A rank has taken so many bytes. */
	credit(rank: number, bytes: number): void {
		const pending = this.#pending.get(rank);
		if (pending === undefined) return;
		this.#pending.set(rank, pending - bytes);
		this.#flow();
	}

	/** A rank reads no more. */
	closed(rank: number): void {
		this.#pending.delete(rank);
		if (this.#pending.size === 0) this.stop();
		else this.#flow();
	}

	/** Stops reading: an open terminal or pipe must not keep tsmpirun alive. */
	stop(): void {
		if (!this.#reading) return;
		process.stdin.removeAllListeners("data");
		process.stdin.pause();
	}

	#read(chunk: Buffer): void {
		for (const [rank, pending] of this.#pending) {
			this.#pending.set(rank, pending + chunk.length);
			this.#reader.send(rank, chunk);
		}
		this.#flow();
	}

	#flow(): void {
		if (!this.#reading) return;
		const full = [...this.#pending.values()].some((pending) => pending > WINDOW);
		if (full) process.stdin.pause();
		else if (process.stdin.isPaused()) process.stdin.resume();
	}
}

/** Whether our terminal listens to another process group. */
function isInBackground(): boolean {
	if (!process.stdin.isTTY) return false;
	try {
		const stat = readFileSync("/proc/self/stat", "latin1");
		// After "pid (name)": state, parent, process group, session, terminal, foreground group of the terminal.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		return fields[2] !== fields[5];
	} catch {
		return false;
	}
}
