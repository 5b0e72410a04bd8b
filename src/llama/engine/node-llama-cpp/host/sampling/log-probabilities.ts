import type { TokenChance, TokenLogprob } from "../../../sampling.ts";
import type { Model, Sampled, Token } from "../library/library.ts";

/** What OpenAI gives for a token that cannot come: JSON has no infinity. */
const IMPOSSIBLE = -9999;

/** How likely the tokens of a text were. */
export class LogProbabilities {
	readonly #model: Pick<Model, "detokenize" | "tokenize" | "fileInfo">;
	readonly #top: number;
	/** What each token is taken to follow: at the beginning of a text some vocabularies leave out its first space. */
	readonly #before: readonly Token[];
	/** How many have been told. */
	#told = 0;
	readonly #all: { readonly start: number; readonly logprob: TokenLogprob }[] = [];

	/** @param top How many of the likeliest tokens are told. */
	constructor(model: Pick<Model, "detokenize" | "tokenize" | "fileInfo">, top: number) {
		this.#model = model;
		this.#top = top;
		this.#before = model.tokenize("a", false);
	}

	/** @param start Characters of the text before the token. */
	add({ token, probabilities }: Sampled, start: number): void {
		const top: TokenChance[] = [];
		for (const [each, probability] of probabilities ?? []) {
			if (top.length === this.#top) break;
			top.push(this.#chance(each, probability));
		}
		this.#all.push({ start, logprob: { ...this.#chance(token, probabilities?.get(token)), top } });
	}

	/** Those of tokens that are part of a text of this length, not of a stop text after it; each once. */
	within(length: number): TokenLogprob[] {
		const first = this.#told;
		while ((this.#all[this.#told]?.start ?? length) < length) this.#told += 1;
		return this.#all.slice(first, this.#told).map(({ logprob }) => logprob);
	}

	#chance(token: Token, probability = 0): TokenChance {
		const text = this.#model.detokenize([token], true, this.#before);
		const logprob = probability > 0 ? Math.log(probability) : IMPOSSIBLE;
		return { token: text, logprob, bytes: this.#bytes(token, text) };
	}

	/** Those of a token that is one byte of a character are in its name in the vocabulary. */
	#bytes(token: Token, text: string): readonly number[] {
		const name = text.includes("\ufffd")
			? this.#model.fileInfo.metadata.tokenizer?.ggml?.tokens?.[token]
			: "";
		const byte = /^<0x([0-9A-F]{2})>$/.exec(name ?? "")?.[1];
		return byte === undefined ? [...Buffer.from(text)] : [Number.parseInt(byte, 16)];
	}
}
