import { hashText } from "../files/hash-text.ts";

/** What is known of a key. */
export interface KeyEntry {
	/** The first 64 bits of the request's fingerprint. */
	readonly fingerprint: bigint;
	/** Where the request stands in the input; undefined: not met there yet. */
	readonly place: number | undefined;
	/** It has an answer from an earlier run. */
	readonly answered: boolean;
	/** That answer is an error line. */
	readonly failed: boolean;
}

const WORDS = 6;
const FIRST_CAPACITY = 1024;
const FULLEST = 0.7;
const ANSWERED = 1;
const MET = 2;
const USED = 4;
const FAILED = 8;

/**
 * What is known of a million keys in 50 MB: 64 bits of each key's SHA-256 stand for it. That two of a million differ
 * there by chance is as likely as one in 37 million.
 */
export class KeyTable {
	#words = new Uint32Array(FIRST_CAPACITY * WORDS);
	#capacity = FIRST_CAPACITY;
	#size = 0;

	get size(): number {
		return this.#size;
	}

	get(key: string): KeyEntry | undefined {
		const [high, low] = halves(key);
		const at = this.#find(high, low);
		const flags = this.#words[at + 4] as number;
		if ((flags & USED) === 0) return undefined;
		return {
			fingerprint: (BigInt(this.#words[at + 2] as number) << 32n) | BigInt(this.#words[at + 3] as number),
			place: (flags & MET) === 0 ? undefined : this.#words[at + 5],
			answered: (flags & ANSWERED) !== 0,
			failed: (flags & FAILED) !== 0,
		};
	}

	/** @param fingerprint In hexadecimal. */
	set(key: string, fingerprint: string, { place, answered, failed }: Omit<KeyEntry, "fingerprint">): void {
		if (this.#size >= this.#capacity * FULLEST) this.#grow();
		const [high, low] = halves(key);
		const at = this.#find(high, low);
		if (((this.#words[at + 4] as number) & USED) === 0) this.#size += 1;
		this.#words[at] = high;
		this.#words[at + 1] = low;
		this.#words[at + 2] = Number.parseInt(fingerprint.slice(0, 8), 16);
		this.#words[at + 3] = Number.parseInt(fingerprint.slice(8, 16), 16);
		this.#words[at + 4] =
			USED | (answered ? ANSWERED : 0) | (failed ? FAILED : 0) | (place === undefined ? 0 : MET);
		this.#words[at + 5] = place ?? 0;
	}

	/** Forgets where the requests stand in the input. */
	forgetPlaces(): void {
		for (let at = 4; at < this.#words.length; at += WORDS) (this.#words[at] as number) &= ~MET;
	}

	/** The requests that failed have no answer any more. @returns how many there were. */
	forgetFailed(): number {
		let count = 0;
		for (let at = 4; at < this.#words.length; at += WORDS) {
			if (((this.#words[at] as number) & FAILED) === 0) continue;
			(this.#words[at] as number) &= ~(FAILED | ANSWERED);
			count += 1;
		}
		return count;
	}

	/** Where a key is, or where it would go. */
	#find(high: number, low: number): number {
		const words = this.#words;
		for (let slot = low & (this.#capacity - 1); ; slot = (slot + 1) & (this.#capacity - 1)) {
			const at = slot * WORDS;
			if (((words[at + 4] as number) & USED) === 0) return at;
			if (words[at] === high && words[at + 1] === low) return at;
		}
	}

	#grow(): void {
		const old = this.#words;
		this.#capacity *= 2;
		this.#words = new Uint32Array(this.#capacity * WORDS);
		for (let at = 0; at < old.length; at += WORDS) {
			if (((old[at + 4] as number) & USED) === 0) continue;
			this.#words.set(old.subarray(at, at + WORDS), this.#find(old[at] as number, old[at + 1] as number));
		}
	}
}

/** Whether an entry is of this request. */
export function sameFingerprint(entry: KeyEntry, fingerprint: string): boolean {
	return entry.fingerprint === BigInt(`0x${fingerprint.slice(0, 16)}`);
}

function halves(key: string): [high: number, low: number] {
	const digest = hashText(key);
	return [Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8, 16), 16)];
}
