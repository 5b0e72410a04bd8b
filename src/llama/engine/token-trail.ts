interface Sampled {
	readonly text: string;
	readonly tokens: readonly number[];
}

/**
 * Follows tokens until all of their text is passed on. What holds text back or cuts it may end within a token: from
 * there on no tokens are known, so that those which are make exactly the text so far.
 */
export class TokenTrail {
	/** Undefined once tokens and texts do not go together any more. */
	#waiting: Sampled[] | undefined = [];
	/** Tokens that have no text yet. */
	#silent: number[] = [];

	/** Tokens came, and this text with the last of them; undefined if they are not known. */
	add(text: string, tokens: readonly number[] | undefined): void {
		if (this.#waiting === undefined) return;
		if (tokens === undefined) {
			this.lose();
		} else if (text === "") {
			this.#silent.push(...tokens);
		} else if (this.#silent.length === 0) {
			this.#waiting.push({ text, tokens });
		} else {
			this.#waiting.push({ text, tokens: [...this.#silent, ...tokens] });
			this.#silent = [];
		}
	}

	/** The tokens of a text that is passed on. */
	take(text: string): readonly number[] | undefined {
		const waiting = this.#waiting;
		if (waiting === undefined) return undefined;
		if (waiting[0]?.text === text) return waiting.shift()?.tokens;
		const taken: number[] = [];
		let [made, count] = ["", 0];
		for (const each of waiting) {
			if (made.length >= text.length) break;
			made += each.text;
			taken.push(...each.tokens);
			count += 1;
		}
		if (made !== text) {
			this.lose();
			return undefined;
		}
		waiting.splice(0, count);
		return taken;
	}

	/** Something was sampled that is not part of the text. */
	lose(): void {
		this.#waiting = undefined;
	}
}
