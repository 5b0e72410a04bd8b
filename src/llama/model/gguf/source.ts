import { type FileHandle, open } from "node:fs/promises";
import { GgufError } from "./error.ts";
import { LIMITS, limit } from "./limits.ts";

const CHUNK_BYTES = 1 << 20;

/** Reads a file's beginning from front to back, in chunks, and never past its end. Numbers are little endian. */
export class GgufSource {
	readonly fileBytes: number;
	readonly #file: FileHandle;
	#buffer: Buffer = Buffer.alloc(0);
	/** Offset in the file of the buffer's first byte. */
	#bufferStart = 0;
	/** Read position within the buffer. */
	#at = 0;
	/** Bytes of the texts that were handed out. */
	#kept = 0;

	private constructor(file: FileHandle, fileBytes: number) {
		this.#file = file;
		this.fileBytes = fileBytes;
	}

	/** Opens a file, runs `read` on it and closes it again. */
	static async use<T>(path: string, read: (source: GgufSource) => Promise<T>): Promise<T> {
		const file = await open(path, "r");
		try {
			const stats = await file.stat();
			if (!stats.isFile())
				throw new GgufError(stats.isDirectory() ? "it is a directory" : "it is not a file");
			return await read(new GgufSource(file, stats.size));
		} finally {
			await file.close();
		}
	}

	get position(): number {
		return this.#bufferStart + this.#at;
	}

	get bytesLeft(): number {
		return this.fileBytes - this.position;
	}

	async u32(): Promise<number> {
		if (this.#buffer.length - this.#at < 4) await this.#fill(4);
		const value = this.#buffer.readUInt32LE(this.#at);
		this.#at += 4;
		return value;
	}

	/** Some bytes of the file, until the next read. */
	async bytes(length: number): Promise<Buffer> {
		if (this.#buffer.length - this.#at < length) await this.#fill(length);
		const bytes = this.#buffer.subarray(this.#at, this.#at + length);
		this.#at += length;
		return bytes;
	}

	/** A 64-bit count or offset. Beyond 2^53 it is rounded, which is far beyond any file. */
	async u64(): Promise<number> {
		const low = await this.u32();
		return (await this.u32()) * 2 ** 32 + low;
	}

	/** A length, at most `most`, and that many bytes; `what` names it if there is something wrong with it. */
	async string(what: string, most: number): Promise<string> {
		const length = await this.u64();
		this.require(length, what);
		limit(length, most, `bytes of ${what}`);
		this.#kept += length;
		limit(this.#kept, LIMITS.keptBytes, "bytes of all its texts");
		return (await this.bytes(length)).toString("utf8");
	}

	/** Goes on without looking, and without reading what lies between. */
	skip(bytes: number, what: string): void {
		this.require(bytes, what);
		if (bytes <= this.#buffer.length - this.#at) {
			this.#at += bytes;
			return;
		}
		this.#bufferStart = this.position + bytes;
		this.#buffer = Buffer.alloc(0);
		this.#at = 0;
	}

	/** Fails unless the file goes on for this many bytes. */
	require(bytes: number, what: string): void {
		if (bytes <= this.bytesLeft) return;
		throw new GgufError(
			`it is truncated or damaged: ${what} needs ${bytes} bytes at offset ${this.position}, the file has ${this.fileBytes} bytes`,
		);
	}

	async #fill(bytes: number): Promise<void> {
		this.require(bytes, "its header");
		const rest = this.#buffer.subarray(this.#at);
		const wanted = Math.max(bytes - rest.length, Math.min(CHUNK_BYTES, this.bytesLeft - rest.length));
		const next = Buffer.allocUnsafe(rest.length + wanted);
		rest.copy(next);
		const from = this.position;
		let filled = rest.length;
		while (filled < next.length) {
			const { bytesRead } = await this.#file.read(next, filled, next.length - filled, from + filled);
			if (bytesRead === 0) throw new GgufError("it became shorter while it was read");
			filled += bytesRead;
		}
		this.#buffer = next;
		this.#bufferStart = from;
		this.#at = 0;
	}
}
