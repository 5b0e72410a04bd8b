import type { Completion, Usage } from "../../engine/engine.ts";
import { outputLogprobs } from "./logprobs.ts";

/** What a response says besides the answer. */
interface Facts {
	readonly id: string;
	readonly model: string;
	readonly created: number;
}

/** The body of an answer of `/v1/responses`. */
export function responsesBody(completion: Completion, usage: Usage, { id, model, created }: Facts) {
	const cut = completion.finishReason === "length";
	const status = cut ? "incomplete" : "completed";
	return {
		id: `resp_${id}`,
		object: "response",
		created_at: created,
		status,
		error: null,
		incomplete_details: cut ? { reason: "max_output_tokens" } : null,
		model,
		output: outputOf(completion, id, status),
		usage: {
			input_tokens: usage.promptTokens,
			input_tokens_details: { cached_tokens: usage.cachedTokens },
			output_tokens: usage.completionTokens,
			total_tokens: usage.promptTokens + usage.completionTokens,
		},
	};
}

/** What was thought, what was said, what is to be called. */
function outputOf({ text, reasoning, toolCalls = [], logprobs }: Completion, id: string, status: string) {
	const thoughts =
		reasoning === undefined
			? []
			: [
					{
						id: `rs_${id}`,
						type: "reasoning",
						summary: [],
						content: [{ type: "reasoning_text", text: reasoning }],
					},
				];
	const content = {
		...{ type: "output_text", text, annotations: [] },
		...(logprobs === undefined ? {} : { logprobs: outputLogprobs(logprobs) }),
	};
	const said =
		toolCalls.length > 0 && text === ""
			? []
			: [{ id: `msg_${id}`, type: "message", status, role: "assistant", content: [content] }];
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
