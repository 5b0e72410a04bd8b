import { BUILT_IN_PROMPTS } from "../batch/built-in-prompts.ts";
import { complete, type Engine } from "../engine/engine.ts";
import type { JobOptions } from "./options.ts";

/** Runs a few requests and forgets them: weights, caches and compiled code are then in place. */
export async function warmUp(
	engine: Engine,
	{
		warmup,
		inflight,
		maxTokens,
		temperature,
		seed,
	}: Pick<JobOptions, "warmup" | "inflight" | "maxTokens" | "temperature" | "seed">,
): Promise<void> {
	const queue = Array.from({ length: warmup }, (_, index) => index).values();
	const worker = async () => {
		for (const index of queue) {
			const prompt = BUILT_IN_PROMPTS[index % BUILT_IN_PROMPTS.length] ?? "";
			// What goes wrong here goes wrong again where it is counted.
			await complete(engine, prompt, { maxTokens, temperature, seed }).catch(() => {});
		}
	};
	await Promise.all(Array.from({ length: Math.min(inflight, warmup) }, worker));
}
