import { EngineError } from "../../../errors.ts";
import type { Usage } from "../../engine.ts";
import type { TokenLogprob } from "../../sampling.ts";
import type { CompletionEvent } from "../completion-api.ts";
import { logprobsOf, type ToldLogprobs } from "./logprobs.ts";
import { type ToolCallPiece, ToolCalls } from "./tool-calls.ts";

/** An event of `/chat/completions` or `/completions`; without streaming, the whole answer. */
interface Chunk {
	readonly model?: string;
	readonly choices?: readonly Choice[];
	readonly usage?: {
		readonly prompt_tokens?: number;
		readonly completion_tokens?: number;
		readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
	} | null;
	readonly error?: { readonly message?: string } | string;
}

interface Choice {
	readonly index?: number;
	readonly text?: string | null;
	readonly delta?: Said;
	readonly message?: Said;
	readonly logprobs?: ToldLogprobs | null;
	readonly finish_reason?: string | null;
}

interface Said {
	readonly content?: string | null;
	/** What a model thinks before it answers; servers have two names for it. */
	readonly reasoning_content?: string | null;
	readonly reasoning?: string | null;
	readonly tool_calls?: readonly ToolCallPiece[] | null;
}

/** What bounds an answer, as far as it is known. */
export interface Bounds {
	readonly maxTokens: number | undefined;
	readonly contextSize: number | undefined;
}

/** The events of one answer, from those that a server sends. Without an "end" the answer has broken off. */
export async function* readAnswer(
	events: AsyncIterable<unknown>,
	bounds: Bounds,
): AsyncGenerator<CompletionEvent, void, undefined> {
	const answer = new Answer();
	for await (const event of events) yield* answer.take(event as Chunk);
	const end = answer.end(bounds);
	if (end !== undefined) yield end;
}

class Answer {
	#pieces = 0;
	#model: string | undefined;
	#usage: Chunk["usage"];
	#finishReason: string | undefined;
	readonly #toolCalls = new ToolCalls();

	*take({ error, model, usage, choices = [] }: Chunk): Generator<CompletionEvent, void, undefined> {
		if (error !== undefined && error !== null) {
			const words = typeof error === "string" ? error : (error.message ?? JSON.stringify(error));
			throw new EngineError("ERR_GENERATE", `Cannot run a request: ${words}`);
		}
		this.#model ??= model;
		this.#usage = usage ?? this.#usage;
		const choice = choices.find(({ index = 0 }) => index === 0);
		if (choice === undefined) return;
		this.#finishReason = choice.finish_reason ?? this.#finishReason;
		const logprobs = choice.logprobs ? logprobsOf(choice.logprobs) : [];
		yield* this.#say(choice.delta ?? choice.message ?? {}, choice.text ?? "", logprobs);
	}

	*#say(
		said: Said,
		plain: string,
		logprobs: readonly TokenLogprob[],
	): Generator<CompletionEvent, void, undefined> {
		const reasoning = said.reasoning_content ?? said.reasoning ?? "";
		const text = said.content ?? plain;
		const calls = said.tool_calls ?? [];
		if (reasoning === "" && text === "" && calls.length === 0 && logprobs.length === 0) return;
		this.#pieces += 1;
		this.#toolCalls.add(calls);
		if (reasoning !== "") yield { type: "reasoning", text: reasoning, sampled: this.#pieces };
		// A piece of a call is a token, too, though it has no text.
		if (text === "" && reasoning !== "") return;
		yield { type: "text", text, sampled: this.#pieces, ...(logprobs.length === 0 ? {} : { logprobs }) };
	}

	/** Undefined without a reason: then the answer has not ended. */
	end(bounds: Bounds): CompletionEvent | undefined {
		if (this.#finishReason === undefined) return undefined;
		const calls = this.#toolCalls.whole;
		const usage: Usage = {
			promptTokens: this.#usage?.prompt_tokens ?? 0,
			cachedTokens: this.#usage?.prompt_tokens_details?.cached_tokens ?? 0,
			completionTokens: this.#usage?.completion_tokens ?? this.#pieces,
		};
		const cut = this.#finishReason === "length";
		return {
			type: "end",
			finishReason: cut ? "length" : calls.length > 0 ? "tool_calls" : "stop",
			...(cut ? { limit: limitOf(usage, bounds) } : {}),
			...(calls.length === 0 ? {} : { toolCalls: calls }),
			...(this.#model === undefined ? {} : { model: this.#model }),
			usage,
		};
	}
}

function limitOf(usage: Usage, { maxTokens, contextSize }: Bounds): "max_tokens" | "context" {
	if (maxTokens !== undefined) return usage.completionTokens < maxTokens ? "context" : "max_tokens";
	// A server may have a limit of its own.
	const room = contextSize === undefined ? 0 : contextSize - usage.promptTokens - usage.completionTokens;
	return room > 1 ? "max_tokens" : "context";
}
