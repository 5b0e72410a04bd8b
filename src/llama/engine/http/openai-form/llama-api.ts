import { EngineError } from "../../../errors.ts";
import type { EmbedOptions, TokenizeOptions } from "../../engine.ts";
import { type ChatMessage, isMessages, type Prompt } from "../../prompt.ts";
import type { CheckedRequest } from "../../request.ts";
import type { ChatOptions } from "../../sampling.ts";
import type { Target } from "../client.ts";
import type { CompletionApi, CompletionEvent } from "../completion-api.ts";
import { NativeApi, type NativeOptions } from "../native-api.ts";
import type { ServerProperties } from "../server-properties.ts";
import { OpenAiApi, type ServedModels } from "./openai-api.ts";

/** What is known of a server besides what it says. */
export interface LlamaApiOptions extends Pick<NativeOptions, "contextSize" | "badTemplate"> {
	/** Which of its models are meant, in OpenAI's form. */
	readonly models: Pick<ServedModels, "chosen" | "listed">;
}

/**
 * A llama.cpp server. Its own API says more than OpenAI's; what is in OpenAI's form goes there: a
 * request's own body, tools, images and sounds, a JSON schema.
 */
export class LlamaApi implements CompletionApi {
	/** Of the two only OpenAI's does, which does no harm. */
	readonly stops = false;
	readonly #native: NativeApi;
	readonly #openAi: OpenAiApi;
	/** The model's chat template has no place for tools: the server would drop them without a word. */
	readonly #toolless: boolean;
	readonly #modalities: ServerProperties["modalities"];

	constructor(
		target: Target,
		properties: ServerProperties,
		{ contextSize, badTemplate, models }: LlamaApiOptions,
	) {
		const { chat_template: chatTemplate } = properties;
		this.#native = new NativeApi(target, { contextSize, badTemplate, chatTemplate });
		const versioned = { ...target, base: `${target.base}/v1` };
		this.#openAi = new OpenAiApi(versioned, { ...models, contextSize, dialect: "llama.cpp" });
		const { supports_tools: shown, supports_tool_calls: called } = properties.chat_template_caps ?? {};
		this.#toolless = shown === false && called !== true;
		this.#modalities = properties.modalities;
	}

	complete(checked: CheckedRequest, signal: AbortSignal, slot?: number): AsyncIterable<CompletionEvent> {
		if (!isOpenAi(checked)) return this.#native.complete(checked, signal, slot);
		refuseUnheard(checked);
		if (this.#toolless && wantsTools(checked.chat)) {
			const text = "Cannot run a request with tools: the model's chat template does not know of any";
			throw new EngineError("ERR_UNSUPPORTED", text, { param: "tools" });
		}
		this.#refuseMedia(checked.prompt);
		return this.#openAi.complete(checked, signal);
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

	#takesNo(type: string): boolean {
		if (type === "image_url") return this.#modalities?.vision === false;
		return type === "input_audio" && this.#modalities?.audio === false;
	}

	/** The server calls this a failure of its own. */
	#refuseMedia(prompt: Prompt): void {
		if (!isMessages(prompt)) return;
		for (const [index, message] of prompt.entries()) {
			const type = mediaOf(message).find((each) => this.#takesNo(each));
			if (type === undefined) continue;
			throw new EngineError(
				"ERR_UNSUPPORTED",
				`Cannot run a request: message ${index + 1} has a part of type "${type}", and the model takes none (llama-server needs its --mmproj for that)`,
				{ param: `messages[${index}].content` },
			);
		}
	}
}

/** In OpenAI's form the server does not hear of these. A body is the server's to read. */
function refuseUnheard({ body, sampling }: CheckedRequest): void {
	const { minTokens = 0, stopTokens = [] } = sampling;
	if (body !== undefined || (minTokens === 0 && stopTokens.length === 0)) return;
	const field = minTokens > 0 ? "min_tokens" : "stop_token_ids";
	throw new EngineError(
		"ERR_UNSUPPORTED",
		`Cannot run a request with ${field} and tools, images or sounds: llama-server takes the one or the other`,
	);
}

function isOpenAi({ body, chat, prompt, sampling }: CheckedRequest): boolean {
	if (body !== undefined || wantsTools(chat) || sampling.jsonSchema !== undefined) return true;
	return isMessages(prompt) && prompt.some((message) => mediaOf(message).length > 0);
}

/** The types of a message's parts that are no text. */
function mediaOf({ content }: ChatMessage): string[] {
	if (typeof content === "string" || content === null) return [];
	return content.map(({ type }) => type).filter((type) => type !== "text");
}

function wantsTools({ tools = [], toolChoice }: ChatOptions): boolean {
	return tools.length > 0 && toolChoice !== "none";
}
