import type { Answer } from "./answer.ts";
import type { RequestKind } from "./kind.ts";

/** What a response body says besides the answer. */
export interface ResponseFacts {
	readonly kind: RequestKind;
	/** Tells the response from others; the body's `id` is this after "chatcmpl-" or "cmpl-". */
	readonly id: string;
	/** Name of the model. */
	readonly model: string;
	/** Embeddings as base64 of 32-bit floats instead of lists. @default false */
	readonly base64?: boolean;
	/** When the answer was made, in seconds since 1970. @default now */
	readonly created?: number;
}

/** The body of a response in OpenAI's form. */
export function responseBody(
	answer: Answer,
	{ kind, id, model, base64 = false, created = Math.floor(Date.now() / 1000) }: ResponseFacts,
) {
	if (answer.kind === "embedded") {
		return {
			object: "list",
			data: answer.embeddings.map((embedding, index) => ({
				object: "embedding",
				index,
				embedding: base64 ? toBase64(embedding) : [...embedding],
			})),
			model,
			usage: { prompt_tokens: answer.promptTokens, total_tokens: answer.promptTokens },
		};
	}
	const { usage } = answer;
	const common = {
		created,
		model,
		usage: {
			prompt_tokens: usage.promptTokens,
			completion_tokens: usage.completionTokens,
			total_tokens: usage.promptTokens + usage.completionTokens,
			prompt_tokens_details: { cached_tokens: usage.cachedTokens },
		},
	};
	const choices = answer.choices.map(({ text, finishReason }, index) => ({
		...{ index, logprobs: null, finish_reason: finishReason },
		...(kind === "/v1/completions"
			? { text }
			: { message: { role: "assistant", content: text, refusal: null } }),
	}));
	return kind === "/v1/completions"
		? { id: `cmpl-${id}`, object: "text_completion", ...common, choices }
		: { id: `chatcmpl-${id}`, object: "chat.completion", ...common, choices };
}

/** Little-endian, as the client's machine has it too. */
function toBase64(embedding: Float32Array): string {
	return Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength).toString("base64");
}
