import type { Completion } from "../../engine/engine.ts";

/** Texts that did not come to their own end. A request may have several. */
export interface CutCounts {
	/** All texts that were generated. */
	readonly texts: number;
	/** Those that were cut by their limit of tokens. */
	readonly maxTokens: number;
	/** Those that were cut by the end of the context. */
	readonly context: number;
}

/** Counts texts, and those that a limit cut. */
export class Cuts {
	#texts = 0;
	#maxTokens = 0;
	#context = 0;

	add(choices: readonly Pick<Completion, "limit">[]): void {
		for (const { limit } of choices) {
			this.#texts += 1;
			if (limit === "max_tokens") this.#maxTokens += 1;
			if (limit === "context") this.#context += 1;
		}
	}

	toData(): CutCounts {
		return { texts: this.#texts, maxTokens: this.#maxTokens, context: this.#context };
	}
}
