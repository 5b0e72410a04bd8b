import { type Item, TOO_LONG } from "../parse/item.ts";
import { decode } from "./lines.ts";
import { Parts } from "./parts.ts";

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];
const SPACE = 0x20;

/**
 * The texts of an array's elements in portions, as they are read. They are only told apart here, and parsed one by one:
 * one that is broken must not end the file, as it would with a parser of the whole. Several arrays may follow each other.
 */
export async function* readArray(
	chunks: AsyncIterable<Buffer>,
): AsyncGenerator<readonly Item[], void, undefined> {
	const splitter = new ArraySplitter();
	for await (const chunk of chunks) {
		const items = splitter.push(chunk);
		if (items.length > 0) yield items;
		if (splitter.isBroken) return;
	}
	const problem = splitter.end();
	if (problem !== undefined) yield [problem];
}

class ArraySplitter {
	readonly #element = new Parts();
	/** Brackets that are open, the array's own included. */
	#depth = 0;
	#inString = false;
	#escaped = false;
	#broken = false;

	/** Something stands beside the array: what follows is not read. */
	get isBroken(): boolean {
		return this.#broken;
	}

	push(chunk: Buffer): Item[] {
		const items: Item[] = [];
		let start = 0;
		for (let at = 0; at < chunk.length; at++) {
			const byte = chunk[at] as number;
			if (this.#inString) {
				this.#stringByte(byte);
				continue;
			}
			if (this.#depth === 0) {
				if (byte <= SPACE) continue;
				if (byte !== OPEN) {
					this.#broken = true;
					return [...items, { problem: "it stands beside the array: a file has one array, or lines" }];
				}
				this.#depth = 1;
				start = at + 1;
				continue;
			}
			const ends = this.#depth === 1 && (byte === COMMA || byte === CLOSE);
			if (ends) {
				items.push(this.#take(chunk.subarray(start, at)));
				start = at + 1;
			}
			this.#structure(byte);
		}
		if (this.#depth > 0) this.#element.add(chunk.subarray(start));
		return items;
	}

	end(): Item | undefined {
		return this.#depth === 0 ? undefined : { problem: "the file ends before the array does" };
	}

	#stringByte(byte: number): void {
		if (this.#escaped) this.#escaped = false;
		else if (byte === BACKSLASH) this.#escaped = true;
		else if (byte === QUOTE) this.#inString = false;
	}

	#structure(byte: number): void {
		if (byte === QUOTE) this.#inString = true;
		else if (byte === OPEN || byte === OPEN_BRACE) this.#depth += 1;
		else if (byte === CLOSE || byte === CLOSE_BRACE) this.#depth -= 1;
	}

	#take(bytes: Buffer): Item {
		const item = this.#element.isTooLong ? TOO_LONG : decode(this.#element.with(bytes));
		this.#element.clear();
		return item;
	}
}
