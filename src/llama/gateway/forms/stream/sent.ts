import type { Completion } from "../../../engine/engine.ts";
import type { TokenLogprob } from "../../../engine/sampling.ts";

/** How much of a choice has been sent. */
export class Sent {
	/** Whether anything has. */
	begun = false;
	/** Characters of its thoughts. */
	reasoning = 0;
	/** Characters of its text. */
	text = 0;
	/** Tokens of its text, or as many as there were pieces. */
	tokens = 0;
	/** Tokens whose chances are told. */
	logprobs = 0;

	/** Takes note of a piece of the text. */
	add(text: string, logprobs: readonly TokenLogprob[] | undefined): void {
		this.text += text.length;
		if (logprobs !== undefined) this.logprobs += logprobs.length;
	}

	/** What of a whole choice has not been sent. */
	rest({ reasoning = "", text, logprobs = [] }: Completion) {
		return {
			reasoning: reasoning.slice(this.reasoning),
			text: text.slice(this.text),
			logprobs: logprobs.length > this.logprobs ? logprobs.slice(this.logprobs) : undefined,
		};
	}
}
