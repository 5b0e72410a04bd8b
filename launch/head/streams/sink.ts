import { fstatSync, write } from "node:fs";
import { Socket } from "node:net";
import { promisify } from "node:util";

const writeFile = promisify(write);
const NEWLINE = 10;
const NEWLINE_BYTES = Buffer.from("\n");

/** A terminal or file that is full for the moment is tried again after this time. */
const RETRY_MS = 10;

/** Writes bytes to a file descriptor in order, never faster than it takes them. */
export class Sink {
	readonly #fd: number;
	readonly #socket: Socket | undefined;
	readonly #broken: (error: Error) => void;
	#last: Promise<void> = Promise.resolve();
	#isBroken = false;
	/** Whose unfinished line the last byte belongs to. */
	#openLine: string | undefined;

	constructor(fd: number, broken: (error: Error) => void) {
		this.#fd = fd;
		this.#broken = broken;
		const stat = fstatSync(fd);
		if (!stat.isFIFO() && !stat.isSocket()) return;
		// Not fs.write: a reader that never reads would hold a thread, and with it the end of this process.
		this.#socket = new Socket({ fd, readable: false, writable: true });
		this.#socket.on("error", (error) => this.#fail(error));
	}

	/**
	 * Writes lines of one writer, each after `prefix`. An unfinished line of another writer is ended first: text of
	 * two writers never shares a line.
	 */
	writeLines(writer: string, chunk: Uint8Array, prefix = ""): Promise<void> {
		const parts: Uint8Array[] = [];
		if (this.#openLine !== undefined && this.#openLine !== writer) parts.push(NEWLINE_BYTES);
		const fresh = this.#openLine !== writer;
		parts.push(...(prefix === "" ? [chunk] : prefixLines(chunk, Buffer.from(prefix), fresh)));
		this.#openLine = chunk.at(-1) === NEWLINE ? undefined : writer;
		return this.#write(parts.length === 1 ? chunk : Buffer.concat(parts));
	}

	/** Resolves once all that was given has been written, or cannot be. */
	flush(): Promise<void> {
		return this.#last;
	}

	#write(bytes: Uint8Array): Promise<void> {
		const socket = this.#socket;
		if (socket === undefined) this.#last = this.#last.then(() => this.#writeFile(bytes));
		else if (!this.#isBroken) this.#last = new Promise((resolve) => socket.write(bytes, () => resolve()));
		return this.#last;
	}

	async #writeFile(bytes: Uint8Array): Promise<void> {
		for (let from = 0; from < bytes.length && !this.#isBroken; ) {
			try {
				const { bytesWritten } = await writeFile(this.#fd, bytes, from, bytes.length - from, null);
				from += bytesWritten;
			} catch (error) {
				if (!(error instanceof Error)) throw error;
				if (codeOf(error) === "EAGAIN") await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
				else this.#fail(error);
			}
		}
	}

	#fail(error: Error): void {
		if (this.#isBroken) return;
		this.#isBroken = true;
		this.#broken(error);
	}
}

/** The pieces of `chunk` with a prefix before each line; the first line has one only if it is a new one. */
function prefixLines(chunk: Uint8Array, prefix: Uint8Array, fresh: boolean): Uint8Array[] {
	const parts: Uint8Array[] = [];
	for (let start = 0; start < chunk.length; ) {
		const end = chunk.indexOf(NEWLINE, start);
		const next = end < 0 ? chunk.length : end + 1;
		if (start > 0 || fresh) parts.push(prefix);
		parts.push(chunk.subarray(start, next));
		start = next;
	}
	return parts;
}

/** The system's name of an error: "EPIPE". */
export function codeOf(error: Error): string | undefined {
	return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
