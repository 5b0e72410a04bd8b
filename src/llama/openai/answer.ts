import type { DoneEvent } from "../engine/engine.ts";

/** What an engine answered to a task. */
export type Answer =
	| {
			/** To a `GenerateTask`. */
			readonly kind: "generated";
			/** The whole text, why it ended, and what it took. */
			readonly done: DoneEvent;
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
