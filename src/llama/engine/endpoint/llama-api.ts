import type { EmbedOptions, TokenizeOptions } from "../engine.ts";
import type { CompletionApi, CompletionEvent } from "../http/completion-api.ts";
import type { NativeApi } from "../http/native-api.ts";
import type { OpenAiApi } from "../http/openai-api.ts";
import { type ChatMessage, isMessages, type Prompt } from "../prompt.ts";
import type { CheckedRequest } from "../request.ts";
import type { ChatOptions } from "../sampling.ts";

/**
 * A llama.cpp server of somebody else's. Its own API says more than OpenAI's; what is in OpenAI's form goes there: a
 * request's own body, tools, images and sounds, a JSON schema.
 */
export class LlamaApi implements CompletionApi {
	/** Of the two only OpenAI's does, which does no harm. */
	readonly stops = false;
	readonly #native: NativeApi;
	readonly #openAi: OpenAiApi;

	constructor(native: NativeApi, openAi: OpenAiApi) {
		this.#native = native;
		this.#openAi = openAi;
	}

	complete(checked: CheckedRequest, signal: AbortSignal): AsyncIterable<CompletionEvent> {
		return (isOpenAi(checked) ? this.#openAi : this.#native).complete(checked, signal);
	}

	async embed(
		texts: readonly (string | readonly number[])[],
		options: EmbedOptions,
	): Promise<Float32Array[]> {
		return await (options.body === undefined ? this.#native : this.#openAi).embed(texts, options);
	}

	async countTokens(prompt: Prompt): Promise<number> {
		return await this.#native.countTokens(prompt);
	}

	async applyTemplate(messages: readonly ChatMessage[], chat: ChatOptions): Promise<string> {
		return await this.#native.applyTemplate(messages, chat);
	}

	async tokenize(text: string, options: TokenizeOptions): Promise<number[]> {
		return await this.#native.tokenize(text, options);
	}

	async detokenize(tokens: readonly number[]): Promise<string> {
		return await this.#native.detokenize(tokens);
	}
}

function isOpenAi({ body, chat, prompt, sampling }: CheckedRequest): boolean {
	if (body !== undefined || chat.tools !== undefined || sampling.jsonSchema !== undefined) return true;
	return isMessages(prompt) && prompt.some(hasMedia);
}

function hasMedia({ content }: ChatMessage): boolean {
	return Array.isArray(content) && content.some(({ type }) => type !== "text");
}
