import { checkArgument, checkOptions, integerFrom, type Kinds, NUMBER } from "../../base/check-types.ts";
import { BUILT_IN_PROMPTS } from "../batch/files/built-in-prompts.ts";
import { ENGINE } from "../engine/check.ts";
import { complete } from "../engine/complete.ts";
import type { Engine } from "../engine/engine.ts";
import { reasonOf } from "../errors.ts";

/** How to warm up an engine. */
export interface WarmUpOptions {
	/** Requests to run. @default as many as the engine has slots */
	readonly requests?: number | undefined;
	/** Requests that run at the same time. @default as many as the engine has slots */
	readonly inflight?: number | undefined;
	/** Most tokens of an answer. @default 128 */
	readonly maxTokens?: number | undefined;
	/** From 0 to 100. @default 0 */
	readonly temperature?: number | undefined;
	/** The seed of every request. @default 0 */
	readonly seed?: number | undefined;
}

const OPTIONS: Kinds<WarmUpOptions> = {
	requests: integerFrom(0),
	inflight: integerFrom(1),
	maxTokens: NUMBER,
	temperature: NUMBER,
	seed: NUMBER,
};

/**
 * Runs a few built-in prompts on an engine and forgets their answers: weights, caches and compiled code are then in
 * place. Resolves once all have ended. Of requests that fail, stderr has their number and the reason of the first.
 *
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function warmUp(engine: Engine, options: WarmUpOptions = {}): Promise<void> {
	checkArgument("warm up", "engine", engine, ENGINE);
	checkOptions("warm up", options, OPTIONS);
	const { slots } = engine.info;
	const { requests = slots, inflight = slots, ...sampling } = options;
	const queue = Array.from({ length: requests }, (_, index) => index).values();
	let failed = 0;
	let reason = "";
	const worker = async () => {
		for (const index of queue) {
			const prompt = BUILT_IN_PROMPTS[index % BUILT_IN_PROMPTS.length] ?? "";
			try {
				await complete(engine, prompt, sampling);
			} catch (error) {
				if (failed === 0) reason = reasonOf(error);
				failed += 1;
			}
		}
	};
	await Promise.all(Array.from({ length: Math.min(inflight, requests) }, worker));
	if (failed > 0) process.stderr.write(`warm-up: ${failed} of ${requests} requests failed: ${reason}\n`);
}
