import { randomInt } from "node:crypto";
import { samplingDefaults } from "../openai/sampling-defaults.ts";
import { type Defaults, seedFor } from "../openai/task.ts";
import type { ServeOptions } from "./options.ts";

const SEEDS = 2 ** 32 - 1;

/**
 * What a request is taken for where it does not say. Each has a seed of its own: with `seed` the same ones in every
 * run, else others each time, for people who ask the same twice want two answers.
 */
export function requestDefaults(options: ServeOptions): () => Defaults {
	const { endpoint = false, seed, maxTokens } = options;
	const fixed = { maxTokens, ...samplingDefaults(options), endpoint };
	let count = 0;
	return () => ({ ...fixed, seed: seed === undefined ? randomInt(SEEDS) : seedFor(seed, count++) });
}
