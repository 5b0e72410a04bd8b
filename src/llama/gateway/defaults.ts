import { randomInt } from "node:crypto";
import { DEFAULT_SAMPLING } from "../batch/open-batch.ts";
import { type Defaults, seedFor } from "../openai/task.ts";
import type { ServeOptions } from "./options.ts";

const SEEDS = 2 ** 32 - 1;

/**
 * What a request is taken for where it does not say. Each has a seed of its own: with `seed` the same ones in every
 * run, else others each time, for people who ask the same twice want two answers.
 */
export function requestDefaults(options: ServeOptions): () => Defaults {
	const { endpoint = false, seed, maxTokens } = options;
	const open = endpoint ? undefined : DEFAULT_SAMPLING;
	const fixed = {
		maxTokens,
		temperature: options.temperature ?? open?.temperature,
		topP: options.topP ?? open?.topP,
		topK: options.topK ?? open?.topK,
		minP: options.minP ?? open?.minP,
		endpoint,
	};
	let count = 0;
	return () => ({ ...fixed, seed: seed === undefined ? randomInt(SEEDS) : seedFor(seed, count++) });
}
