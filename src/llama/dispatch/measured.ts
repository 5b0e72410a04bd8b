import type { Answer } from "../openai/answer.ts";
import type { Measured } from "../schedule/item.ts";

/** What an answer took, as far as the schedule learns from it. */
export function measure(answer: Answer): Measured | undefined {
	if (answer.kind !== "generated") return undefined;
	const { usage, timings, choices } = answer;
	return {
		promptTokens: usage.promptTokens - usage.cachedTokens,
		cachedTokens: usage.cachedTokens,
		completionTokens: usage.completionTokens,
		prefillMs: timings.ttftMs - timings.queueMs,
		decodeMs: timings.totalMs - timings.ttftMs,
		text: choices.at(-1)?.text,
	};
}
