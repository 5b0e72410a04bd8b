/** Where the shortest beginning that is remembered ends, in characters. */
const SHORTEST = 128;
/** Each further one is so much longer. */
const GROWTH = 1.25;
/** Beginnings that are remembered: one of 4,000 characters has 16 of these. */
const MOST = 1 << 16;

/** What is known of a beginning. */
export interface Beginning {
	/** Who had it last. */
	readonly owner: number;
	/** Its length in characters. */
	readonly length: number;
}

/**
 * Remembers who had which beginnings of texts last. A text counts as its beginnings of 128, 160, 200, ... characters,
 * each by a hash, so that the longest one known is found in one pass over the text, to within a fifth of its length.
 * The memory is bounded: what was not used for longest is forgotten first.
 */
export class Beginnings {
	readonly #owners = new Map<number, number>();
	readonly #most: number;

	constructor(most = MOST) {
		this.#most = most;
	}

	/** The longest beginning of a text that is remembered. */
	find(text: string): Beginning | undefined {
		let found: Beginning | undefined;
		eachBeginning(text, (hash, length) => {
			const owner = this.#owners.get(hash);
			if (owner !== undefined) found = { owner, length };
			return owner !== undefined;
		});
		return found;
	}

	remember(text: string, owner: number): void {
		eachBeginning(text, (hash) => {
			this.#owners.delete(hash);
			this.#owners.set(hash, owner);
			return true;
		});
		for (const oldest of this.#owners.keys()) {
			if (this.#owners.size <= this.#most) break;
			this.#owners.delete(oldest);
		}
	}
}

/** Calls `see` for each beginning of a text, the shortest first, while that says true. */
function eachBeginning(text: string, see: (hash: number, length: number) => boolean): void {
	// Two FNV-1a hashes of 32 bits with different primes; 53 bits of them are a number. Two texts with the same one
	// would only share an owner.
	let high = 0x811c9dc5;
	let low = 0x1000193;
	let at = 0;
	for (let length = SHORTEST; length <= text.length; length = Math.ceil(length * GROWTH)) {
		for (; at < length; at++) {
			const code = text.charCodeAt(at);
			high = Math.imul(high ^ code, 0x01000193);
			low = Math.imul(low ^ code, 0x5bd1e995);
		}
		if (!see((high >>> 11) * 2 ** 32 + (low >>> 0), length)) return;
	}
}
