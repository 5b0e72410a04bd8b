import { totalmem } from "node:os";
import { EngineError } from "../../errors.ts";
import type { ModelFacts } from "../../model/gguf/validate.ts";

/**
 * How much more than the host's memory a context may seem to need: GPUs have memory too, and a cache may be quantised or
 * keep only a window.
 */
const MARGIN = 8;
const GIB = 2 ** 30;

/**
 * Refuses a context that no part of this host could hold, at once: llama.cpp takes a minute to find out.
 *
 * @throws {EngineError} ERR_ENGINE_LOAD, with both numbers.
 */
export function checkContextMemory(
	model: string,
	{ contextSize, slots }: { readonly contextSize: number; readonly slots: number },
	{ cacheBytesPerToken = 0 }: Pick<ModelFacts, "cacheBytesPerToken">,
	memory = totalmem(),
): void {
	const needed = slots * contextSize * cacheBytesPerToken;
	if (needed <= memory * MARGIN) return;
	const inGib = (bytes: number) => `${(bytes / GIB).toFixed(0)} GiB`;
	throw new EngineError(
		"ERR_ENGINE_LOAD",
		`Cannot load model ${model}: ${slots} x ${contextSize} tokens of context need ${inGib(needed)}, and this host has ` +
			`${inGib(memory)} of memory: less context or fewer slots need less`,
	);
}
