import type { Completion } from "../../engine/engine.ts";
import type { Answer } from "../../openai/answer.ts";
import type { BadLine, BatchRequest } from "../files/request.ts";

/** One of several texts for a plain prompt. */
export interface ResultChoice {
	/** What was generated. */
	readonly text: string;
	/** What the model thought before, where that is told apart. */
	readonly reasoning?: string;
	/** As that of the line. */
	readonly finish_reason: string;
}

/**
 * A line of the output for plain prompts. Without an error, all other fields are there. Columns of the input that are
 * kept stand before them; one with the name of a field here is called `input_` and that name.
 */
export interface Result {
	/** The prompt's place in the file, from 0. */
	readonly index: number;
	/** The rank that ran it; null if none did. */
	readonly rank: number | null;
	/** What was generated: the first text, if there are several. */
	readonly text: string | null;
	/** What the model thought before it answered, where that is told apart. */
	readonly reasoning?: string;
	/** All texts, where several were asked for. */
	readonly choices?: readonly ResultChoice[];
	/** "stop": the model or a stop text ended it; "length": the limit or the context did. */
	readonly finish_reason: string | null;
	/** Tokens of the prompt, with those of the chat template. */
	readonly prompt_tokens: number | null;
	/** Prompt tokens that were in the engine's memory and not computed again. */
	readonly cached_tokens: number | null;
	/** Sampled tokens of all texts, the end-of-generation tokens included. */
	readonly completion_tokens: number | null;
	/** Milliseconds that it waited for a free sequence of its engine. */
	readonly queue_ms: number | null;
	/** Milliseconds to the first token. */
	readonly ttft_ms: number | null;
	/** Milliseconds to the last. */
	readonly total_ms: number | null;
	/** Why it failed; null if it did not. */
	readonly error: string | null;
	/** The prompt's fingerprint: a resumed job knows by it that the answer belongs to it. */
	readonly key: string;
}

/** The output line of a plain prompt that was answered. */
export function plainAnswer(request: BatchRequest, rank: number, answer: Answer): string {
	const generated = answer.kind === "generated" ? answer : undefined;
	const [first] = generated?.choices ?? [];
	const choices = generated?.choices.map(choice) ?? [];
	const result: Result = {
		...{ index: request.id, rank, text: first?.text ?? null },
		...(first?.reasoning === undefined ? {} : { reasoning: first.reasoning }),
		...(choices.length > 1 ? { choices } : {}),
		finish_reason: first?.finishReason ?? null,
		prompt_tokens: generated?.usage.promptTokens ?? null,
		cached_tokens: generated?.usage.cachedTokens ?? null,
		completion_tokens: generated?.usage.completionTokens ?? null,
		queue_ms: milliseconds(generated?.timings.queueMs),
		ttft_ms: milliseconds(generated?.timings.ttftMs),
		total_ms: milliseconds(generated?.timings.totalMs),
		...{ error: null, key: request.fingerprint },
	};
	return line(request, result);
}

/** The output line of a plain prompt that failed. */
export function plainFailure(request: BatchRequest | BadLine, rank: number | null, error: string): string {
	return line(request, {
		...{ index: request.id, rank, text: null, finish_reason: null },
		...{ prompt_tokens: null, cached_tokens: null, completion_tokens: null },
		...{ queue_ms: null, ttft_ms: null, total_ms: null },
		...{ error, key: request.fingerprint },
	});
}

/** To the microsecond. */
export function milliseconds(ms: number | undefined): number | null {
	return ms === undefined ? null : Math.round(ms * 1000) / 1000;
}

function choice({ text, reasoning, finishReason }: Completion): ResultChoice {
	return { text, ...(reasoning === undefined ? {} : { reasoning }), finish_reason: finishReason };
}

/** The names of a line. */
const OWN: ReadonlySet<string> = new Set<keyof Result>([
	...(["index", "rank", "text", "reasoning", "choices", "finish_reason"] as const),
	...(["prompt_tokens", "cached_tokens", "completion_tokens"] as const),
	...(["queue_ms", "ttft_ms", "total_ms", "error", "key"] as const),
]);

function line(request: BatchRequest | BadLine, result: Result): string {
	const kept = Object.entries(("kept" in request && request.kept) || {});
	if (kept.length === 0) return JSON.stringify(result);
	const renamed = kept.map(([name, value]) => [OWN.has(name) ? `input_${name}` : name, value]);
	return JSON.stringify({ ...Object.fromEntries(renamed), ...result });
}
