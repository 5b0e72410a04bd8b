import type { Completion } from "../../engine/engine.ts";
import { chatLogprobs, textLogprobs } from "./logprobs.ts";

/** A choice of a chat. */
export function chatChoice(completion: Completion, index: number) {
	const { text, reasoning, toolCalls, logprobs, finishReason } = completion;
	const calls = toolCalls !== undefined && toolCalls.length > 0;
	return {
		index,
		message: {
			role: "assistant",
			content: calls && text === "" ? null : text,
			refusal: null,
			...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
			...(calls ? { tool_calls: toolCalls } : {}),
		},
		logprobs: logprobs === undefined ? null : chatLogprobs(logprobs),
		finish_reason: finishReason,
	};
}

/** A choice of a completion; `before` is what it echoes. */
export function textChoice({ text, logprobs, finishReason }: Completion, index: number, before: string) {
	return {
		index,
		text: `${before}${text}`,
		logprobs: logprobs === undefined ? null : textLogprobs(logprobs),
		finish_reason: finishReason,
	};
}
