import type { ResumePoint } from "../openai/task.ts";
import type { PieceEvent } from "./piece.ts";

/** The tokens of choices, as far as their engine tells them. */
export class ToldTokens {
	/** Of each choice; none once a piece did not tell its own. */
	readonly #choices: (number[] | undefined)[];

	constructor(choices: number, resume: ResumePoint | undefined) {
		const begun = resume === undefined ? [] : resume.tokens;
		this.#choices = Array.from({ length: choices }, () => begun && [...begun]);
	}

	/** Takes note of a piece. */
	add(event: PieceEvent, choice: number): void {
		if (event.type === "reasoning" || event.tokens === undefined) this.#choices[choice] = undefined;
		else this.#choices[choice]?.push(...event.tokens);
	}

	/** Of all choices. */
	get all(): readonly (readonly number[])[] {
		return this.#choices.map((tokens) => tokens ?? []);
	}
}
