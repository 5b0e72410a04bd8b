import type { BatchRequest } from "../../batch/files/request.ts";
import type { EndedFacts } from "../../metrics/facts.ts";
import type { Answer } from "../../openai/answer.ts";

/** When a request came in, was handed out and ended, by rank 0's clock. */
export interface Course {
	readonly rank: number;
	readonly arrivedMs: number;
	readonly assignedMs?: number;
	readonly endMs: number;
}

/** What metrics count of an answer. */
export interface AnswerFacts {
	readonly facts: EndedFacts;
	/** Of each choice the mean time from one of its tokens to the next, and how many such times there were. */
	readonly betweenMs: readonly { readonly gapMs: number; readonly tokens: number }[];
}

/**
 * What metrics count of an answer. Pieces of a batch's answers do not travel, so that rank 0 goes by how long the rank
 * says the answer took after its first token, back from when the answer came.
 */
export function factsOf(
	{ task }: BatchRequest,
	answer: Answer,
	{ rank, arrivedMs, endMs, assignedMs = endMs }: Course,
): AnswerFacts {
	const course = { rank, arrivedMs, assignedMs, endMs };
	if (answer.kind === "embedded" || task.kind !== "generate") {
		const promptTokens = answer.kind === "embedded" ? answer.promptTokens : answer.usage.promptTokens;
		const usage = { promptTokens, cachedTokens: 0, completionTokens: 0 };
		return { facts: { ...course, finishReason: "stop", usage, n: 1 }, betweenMs: [] };
	}
	const { usage, timings, choices } = answer;
	const firstTokenMs = Math.max(assignedMs, endMs - (timings.totalMs - timings.ttftMs));
	const betweenMs = choices.map(({ usage: { completionTokens }, timings: { totalMs, ttftMs } }) => {
		const tokens = completionTokens - 1;
		return { gapMs: (totalMs - ttftMs) / tokens, tokens };
	});
	return {
		facts: {
			...course,
			finishReason: choices[0]?.finishReason ?? "stop",
			firstTokenMs,
			usage,
			maxTokens: task.maxTokens,
			n: task.n ?? 1,
		},
		betweenMs: betweenMs.filter(({ tokens }) => tokens > 0),
	};
}
