import { MOST_BYTES } from "../parse/item.ts";

/** What has been read of something whose end has not been seen yet. Joined once, however many parts there are. */
export class Parts {
	#parts: Buffer[] = [];
	#length = 0;

	get length(): number {
		return this.#length;
	}

	/** It will not be read: its parts are not kept either. */
	get isTooLong(): boolean {
		return this.#length > MOST_BYTES;
	}

	add(bytes: Buffer): void {
		if (bytes.length === 0) return;
		this.#length += bytes.length;
		if (this.isTooLong) this.#parts = [];
		else this.#parts.push(bytes);
	}

	/** All of it and these. */
	with(bytes: Buffer): Buffer {
		return this.#length === 0 ? bytes : Buffer.concat([...this.#parts, bytes]);
	}

	clear(): void {
		this.#parts = [];
		this.#length = 0;
	}
}
