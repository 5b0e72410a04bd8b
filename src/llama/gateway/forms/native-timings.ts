import type { Timings, Usage } from "../../engine/engine.ts";

/** llama.cpp's figures of a text. Its first token ends the reading of the prompt. */
export function nativeTimings(usage: Usage, { queueMs, ttftMs, totalMs }: Timings) {
	const read = usage.promptTokens - usage.cachedTokens;
	const prompt = speed("prompt", read, Math.max(0, ttftMs - queueMs));
	const predicted = speed("predicted", usage.completionTokens, Math.max(0, totalMs - ttftMs));
	return { cache_n: usage.cachedTokens, ...prompt, ...predicted };
}

function speed(name: string, tokens: number, ms: number) {
	return {
		[`${name}_n`]: tokens,
		[`${name}_ms`]: ms,
		[`${name}_per_token_ms`]: tokens === 0 ? 0 : ms / tokens,
		[`${name}_per_second`]: ms === 0 ? 0 : (tokens * 1000) / ms,
	};
}
