import { type FileHandle, open } from "node:fs/promises";

/** What is wrong with a model file, to be read after "Cannot load model FILE: ". */
export class GgufError extends Error {}

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
		return await this.number(4, (buffer, at) => buffer.readUInt32LE(at));
	}

	/** A 64-bit count or offset. Beyond 2^53 it is rounded, which is far beyond any file. */
	async u64(): Promise<number> {
		return await this.number(8, (buffer, at) => Number(buffer.readBigUInt64LE(at)));
	}

	/** A number of so many bytes, as `read` finds it. */
	async number(bytes: number, read: (buffer: Buffer, at: number) => number): Promise<number> {
		if (this.#buffer.length - this.#at < bytes) await this.#fill(bytes);
		const value = read(this.#buffer, this.#at);
		this.#at += bytes;
		return value;
	}

	/** A length and that many bytes, which must not be more than `most`; `what` names it if something is wrong. */
	async string(what: string, most: number): Promise<string> {
		return await this.text(await this.textLength(what, most));
	}

	/** The length of a text, which must not be more than `most` bytes nor than the file still has. */
	async textLength(what: string, most: number): Promise<number> {
		const length = await this.u64();
		this.require(length, what);
		if (length > most) throw new GgufError(`it is damaged: ${what} has ${length} bytes, more than ${most}`);
		return length;
	}

	async text(length: number): Promise<string> {
		if (this.#buffer.length - this.#at < length) await this.#fill(length);
		const text = this.#buffer.toString("utf8", this.#at, this.#at + length);
		this.#at += length;
		return text;
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

	/** Only for so many bytes as fit in memory without harm: every length was checked before. */
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
