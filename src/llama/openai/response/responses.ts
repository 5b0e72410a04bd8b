import type { Completion, Usage } from "../../engine/engine.ts";
import { outputLogprobs } from "./logprobs.ts";

/** What a response says besides the answer. */
export interface ResponsesFacts {
	readonly id: string;
	readonly model: string;
	readonly created: number;
}

/** The body of an answer of `/v1/responses`. */
export function responsesBody(completion: Completion, usage: Usage, facts: ResponsesFacts) {
	const cut = completion.finishReason === "length";
	const status = cut ? "incomplete" : "completed";
	return {
		...begunBody(facts),
		status,
		incomplete_details: cut ? { reason: "max_output_tokens" } : null,
		output: outputOf(completion, facts.id, status),
		usage: {
			input_tokens: usage.promptTokens,
			input_tokens_details: { cached_tokens: usage.cachedTokens },
			output_tokens: usage.completionTokens,
			total_tokens: usage.promptTokens + usage.completionTokens,
		},
	};
}

/** The body of an answer of which nothing is there yet. */
export function begunBody({ id, model, created }: ResponsesFacts) {
	return {
		...{ id: `resp_${id}`, object: "response", created_at: created, status: "in_progress", error: null },
		...{ incomplete_details: null, model, output: [], usage: null },
	};
}

/** What was thought, what was said, what is to be called. */
function outputOf({ text, reasoning, toolCalls = [], logprobs }: Completion, id: string, status: string) {
	const thoughts = reasoning === undefined ? [] : [reasoningItem(id, reasoning)];
	const content = {
		...{ type: "output_text", text, annotations: [] },
		...(logprobs === undefined ? {} : { logprobs: outputLogprobs(logprobs) }),
	};
	const said = toolCalls.length > 0 && text === "" ? [] : [messageItem(id, status, [content])];
	const calls = toolCalls.map((call, index) => {
		const { id: callId, function: called } = call as {
			readonly id?: string;
			readonly function?: { readonly name?: string; readonly arguments?: string };
		};
		const { name, arguments: given } = called ?? {};
		return {
			id: `fc_${id}_${index}`,
			type: "function_call",
			call_id: callId,
			name,
			arguments: given,
			status,
		};
	});
	return [...thoughts, ...said, ...calls];
}

/** What was thought, as an item of the output. */
export function reasoningItem(id: string, text: string) {
	return { id: `rs_${id}`, type: "reasoning", summary: [], content: [{ type: "reasoning_text", text }] };
}

/** What was said, as an item of the output. */
export function messageItem(id: string, status: string, content: readonly object[]) {
	return { id: `msg_${id}`, type: "message", status, role: "assistant", content };
}
