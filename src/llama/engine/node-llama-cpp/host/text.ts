/** From tokens to text that may be shown: whole characters only. */

/** Most tokens that one character can be spread over, with room for a second one that begins among them. */
const MAX_HELD_TOKENS = 8;
/** Tokens before a new one that decide whether a space belongs between them. */
const TAIL_TOKENS = 4;
const REPLACEMENT = "\ufffd";

/** Turns tokens into text, holding back the bytes of a character until the last of them has come. */
export class CharacterStream {
	readonly #detokenize: (tokens: readonly number[], before: readonly number[]) => string;
	#before: readonly number[];
	#held: number[] = [];

	constructor(
		detokenize: (tokens: readonly number[], before: readonly number[]) => string,
		before: readonly number[],
	) {
		this.#detokenize = detokenize;
		this.#before = before.slice(-TAIL_TOKENS);
	}

	push(token: number): string {
		this.#held.push(token);
		const text = this.#detokenize(this.#held, this.#before);
		if (text.endsWith(REPLACEMENT) && this.#held.length < MAX_HELD_TOKENS) return "";
		return this.#take(text);
	}

	/** What is still held: a character that will never be whole. */
	flush(): string {
		return this.#held.length === 0 ? "" : this.#take(this.#detokenize(this.#held, this.#before));
	}

	#take(text: string): string {
		this.#before = [...this.#before, ...this.#held].slice(-TAIL_TOKENS);
		this.#held = [];
		return text;
	}
}
