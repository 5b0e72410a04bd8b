import { CHARS_PER_TOKEN, type Item, type Measured } from "./item.ts";

/** Weight of a new measurement against all before it. */
const WEIGHT = 0.1;
/** A prompt shorter than this says little about the time that a token takes. */
const SHORT = 16;

/** How long tokens take on a rank, learnt from what it has done. Until then a guess whose ratio is about right. */
export class Pace {
	/** Milliseconds to evaluate a token of a prompt. */
	#prefill = 0.5;
	/** Milliseconds to generate a token. */
	#decode = 5;
	/** Tokens of a prompt for each that was estimated from its characters. */
	#density = 1;
	#prefills = 0;
	#decodes = 0;
	#densities = 0;

	/** Whether anything has been learnt, so that estimates are more than guesses. */
	get known(): boolean {
		return this.#prefills > 0 && this.#decodes > 0;
	}

	/** Estimated milliseconds to evaluate so many characters of a prompt. */
	prefillMs(chars: number): number {
		return (chars / CHARS_PER_TOKEN) * this.#density * this.#prefill;
	}

	/** Estimated milliseconds of a step, in which each request that runs gets a token. */
	get stepMs(): number {
		return this.#decode;
	}

	/** Takes note of what an item took. */
	learn(
		item: Item,
		{ promptTokens, cachedTokens = 0, completionTokens, prefillMs, decodeMs }: Measured,
	): void {
		if (item.promptTokens >= SHORT) {
			const density = (promptTokens + cachedTokens) / item.promptTokens;
			this.#density = mix(this.#density, density, this.#densities++);
		}
		if (promptTokens >= SHORT) {
			this.#prefill = mix(this.#prefill, prefillMs / promptTokens, this.#prefills++);
		}
		if (completionTokens > 1) {
			this.#decode = mix(this.#decode, decodeMs / (completionTokens - 1), this.#decodes++);
		}
	}

	/** Estimated milliseconds of an item, if it generates as much as it may. */
	estimate({ promptTokens, maxTokens }: Item): number {
		return promptTokens * this.#density * this.#prefill + maxTokens * this.#decode;
	}
}

/** The first measurements count for more than the guess. */
function mix(old: number, measured: number, count: number): number {
	const weight = Math.max(WEIGHT, 1 / (count + 1));
	return old + weight * (measured - old);
}
