import { overflowIn } from "../../engine/request.ts";
import { type ErrorBody, errorBody, type Failure, statusOf } from "../../openai/failure.ts";

/** An answer that is an error. */
export interface ErrorAnswer {
	readonly status: number;
	readonly body: ErrorBody;
}

/** A failure as its client is told: OpenAI's form, and llama.cpp's numbers where a prompt is too long. */
export function errorOf(failure: Failure): ErrorAnswer {
	const status = statusOf(failure.code);
	const body = errorBody(failure);
	if (failure.code !== "prompt_too_long") return { status, body };
	// Some clients look for OpenAI's code, others for llama.cpp's type and numbers. One object has room for both.
	const { tokens, contextSize } = overflowIn(failure.message) ?? {};
	const error = {
		...body.error,
		...{ type: "exceed_context_size_error", code: "context_length_exceeded" },
		...(tokens === undefined ? {} : { n_prompt_tokens: tokens, n_ctx: contextSize }),
	};
	return { status, body: { error } };
}
