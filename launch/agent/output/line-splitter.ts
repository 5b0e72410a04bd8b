const NEWLINE = 10;

/** Cuts a byte stream after its last newline. Bytes, so that a character split over two chunks stays whole. */
export class LineSplitter {
	#pending: Buffer[] = [];
	#pendingBytes = 0;

	/** Bytes of the unfinished line. */
	get pendingBytes(): number {
		return this.#pendingBytes;
	}

	/** The whole lines that are complete with this chunk. */
	push(chunk: Buffer): Buffer | undefined {
		const end = chunk.lastIndexOf(NEWLINE) + 1;
		if (end === 0) {
			this.#hold(chunk);
			return undefined;
		}
		const whole = chunk.subarray(0, end);
		const lines = this.#pendingBytes === 0 ? whole : Buffer.concat([...this.#pending, whole]);
		this.#pending = [];
		this.#pendingBytes = 0;
		if (end < chunk.length) this.#hold(chunk.subarray(end));
		return lines;
	}

	/** The unfinished line, which is forgotten. */
	take(): Buffer | undefined {
		if (this.#pendingBytes === 0) return undefined;
		const rest = Buffer.concat(this.#pending);
		this.#pending = [];
		this.#pendingBytes = 0;
		return rest;
	}

	// Joined once, at the newline: joining with each chunk would make a long line cost its length squared.
	#hold(part: Buffer): void {
		this.#pending.push(part);
		this.#pendingBytes += part.length;
	}
}
