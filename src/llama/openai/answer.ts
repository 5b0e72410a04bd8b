import type { Completion, Timings, Usage } from "../engine/engine.ts";

/** What an engine answered to a task. */
export type Answer =
	| {
			/** To a `GenerateTask`. */
			readonly kind: "generated";
			/** The first prompt's n choices, then the second's, and so on. At least one. */
			readonly choices: readonly Completion[];
			/** Of all choices together; each prompt counted once. */
			readonly usage: Usage;
			/** Of all choices together: the first token of any, and the end of the last. */
			readonly timings: Timings;
			/** The texts of the prompts, where the task wants them back (`echo`). */
			readonly prompts?: readonly string[];
			/** The tokens of each choice, where the task wants them; of a text whose tokens its engine does not tell, none. */
			readonly tokens?: readonly (readonly number[])[];
	  }
	| {
			/** To an `EmbedTask`. */
			readonly kind: "embedded";
			/** One for each text of the task, in its order. */
			readonly embeddings: readonly Float32Array[];
			/** Tokens of all texts together. */
			readonly promptTokens: number;
			/** Milliseconds from the start of the first text to the end of the last. */
			readonly totalMs: number;
	  };

/** The usage of several choices; those of one prompt are `n` in a row, and its tokens count once. */
export function sumUsage(choices: readonly Completion[], n: number): Usage {
	let [promptTokens, cachedTokens, completionTokens] = [0, 0, 0];
	for (const [index, { usage }] of choices.entries()) {
		completionTokens += usage.completionTokens;
		if (index % n > 0) continue;
		promptTokens += usage.promptTokens;
		cachedTokens += usage.cachedTokens;
	}
	return { promptTokens, cachedTokens, completionTokens };
}

/** The times of choices that ran together. */
export function joinTimings(choices: readonly Completion[]): Timings {
	const all = choices.map(({ timings }) => timings);
	return {
		queueMs: Math.min(...all.map(({ queueMs }) => queueMs)),
		ttftMs: Math.min(...all.map(({ ttftMs }) => ttftMs)),
		totalMs: Math.max(...all.map(({ totalMs }) => totalMs)),
	};
}
