import { mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JobError, reasonOf } from "../../../errors.ts";

const CHUNK_BYTES = 1 << 18;

/** Bytes of a pipe in a file that has no name: nothing of it is left, however the process ends. */
export class Spool {
	readonly #file: number;
	#bytes = 0;

	/** @throws {JobError} if there is no room. */
	constructor() {
		this.#file = keep(() => {
			const folder = mkdtempSync(join(tmpdir(), "tsmpi-input-"));
			try {
				return openSync(join(folder, "input"), "wx+", 0o600);
			} finally {
				rmSync(folder, { recursive: true });
			}
		});
	}

	get bytes(): number {
		return this.#bytes;
	}

	/** @throws {JobError} if there is no room. */
	append(chunk: Buffer): void {
		keep(() => {
			for (let at = 0; at < chunk.length; )
				at += writeSync(this.#file, chunk, at, undefined, this.#bytes + at);
		});
		this.#bytes += chunk.length;
	}

	/** What is there. */
	*read(): Generator<Buffer, void, undefined> {
		for (let at = 0; at < this.#bytes; at += CHUNK_BYTES) yield this.slice(at, at + CHUNK_BYTES);
	}

	slice(start: number, end: number): Buffer {
		const buffer = Buffer.alloc(Math.max(0, Math.min(end, this.#bytes) - start));
		readSync(this.#file, buffer, 0, buffer.length, start);
		return buffer;
	}
}

function keep<T>(write: () => T): T {
	try {
		return write();
	} catch (error) {
		const text = `Cannot keep the prompts of a pipe in ${tmpdir()}: ${reasonOf(error)}; TMPDIR can name another folder`;
		throw new JobError(text, 1, { cause: error });
	}
}
