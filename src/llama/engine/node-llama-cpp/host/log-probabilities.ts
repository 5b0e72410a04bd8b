import type { TokenChance, TokenLogprob } from "../../sampling.ts";
import type { Model, Sampled, Token } from "./library.ts";

/** What OpenAI gives for a token that cannot come: JSON has no infinity. */
const IMPOSSIBLE = -9999;

/** How likely the tokens of a text were. */
export class LogProbabilities {
	readonly #model: Pick<Model, "detokenize">;
	readonly #top: number;
	readonly #all: { readonly start: number; readonly logprob: TokenLogprob }[] = [];

	/** @param top How many of the likeliest tokens are told. */
	constructor(model: Pick<Model, "detokenize">, top: number) {
		this.#model = model;
		this.#top = top;
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

	/** Those of tokens that are part of a text of this length, not of a stop text after it. */
	within(length: number): TokenLogprob[] {
		return this.#all.filter(({ start }) => start < length).map(({ logprob }) => logprob);
	}

	#chance(token: Token, probability = 0): TokenChance {
		const text = this.#model.detokenize([token], true, []);
		const logprob = probability > 0 ? Math.log(probability) : IMPOSSIBLE;
		return { token: text, logprob, bytes: [...Buffer.from(text)] };
	}
}
