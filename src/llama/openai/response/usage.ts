import type { Usage } from "../../engine/engine.ts";

/** The usage of a chat or a completion. */
export function usageBody({ promptTokens, completionTokens, cachedTokens }: Usage) {
	return {
		prompt_tokens: promptTokens,
		completion_tokens: completionTokens,
		total_tokens: promptTokens + completionTokens,
		prompt_tokens_details: { cached_tokens: cachedTokens },
	};
}
