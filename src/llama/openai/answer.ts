import type { DoneEvent } from "../engine/engine.ts";

/** What an engine answered to a task. */
export type Answer =
	/** A text. */
	| { readonly kind: "generated"; readonly done: DoneEvent }
	| {
			readonly kind: "embedded";
			/** One for each text of the task, in its order. */
			readonly embeddings: readonly Float32Array[];
			/** Tokens of all texts together. */
			readonly promptTokens: number;
			/** Milliseconds from the start of the first text to the end of the last. */
			readonly totalMs: number;
	  };
