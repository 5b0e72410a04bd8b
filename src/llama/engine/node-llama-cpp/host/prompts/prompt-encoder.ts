import { EngineError } from "../../../../errors.ts";
import { isTokens, type Prompt } from "../../../prompt.ts";
import type { ChatOptions } from "../../../sampling.ts";
import { ThinkingFilter } from "../../../thinking.ts";
import type { Model, Token } from "../library/library.ts";
import type { ChatTemplate } from "./chat-template.ts";

/** A prompt as the model reads it. */
export interface Encoded {
	readonly tokens: Token[];
	/** Parts thoughts from the answer; undefined where there are none. */
	readonly thinking: ThinkingFilter | undefined;
}

/** Turns prompts into the model's tokens. */
export class PromptEncoder {
	readonly #model: Model;
	readonly #template: ChatTemplate;

	constructor(model: Model, template: ChatTemplate) {
		this.#model = model;
		this.#template = template;
	}

	/** Texts and tokens are taken as they stand; messages go through the model's own chat template, with nothing added. */
	async encode(prompt: Prompt, chat: ChatOptions = {}): Promise<Encoded> {
		if (isTokens(prompt)) return { tokens: [...prompt], thinking: undefined };
		if (typeof prompt === "string") return { tokens: this.tokenize(prompt), thinking: undefined };
		const text = await this.#template.apply(prompt, chat);
		const { thinkTags } = this.#template;
		const thinking = thinkTags && new ThinkingFilter(thinkTags, this.#template.opensThoughts(text));
		return { tokens: this.tokenize(text), thinking };
	}

	/**
	 * The tokens of a text, with the BOS token if the model wants one and the text does not begin with it: a template
	 * often writes it itself.
	 *
	 * @throws {EngineError} ERR_PROMPT: there are none.
	 */
	tokenize(text: string): Token[] {
		const tokens = this.#model.tokenize(text, true);
		const { bos, shouldPrependBosToken } = this.#model.tokens;
		if (shouldPrependBosToken && bos !== null && tokens[0] !== bos) tokens.unshift(bos);
		if (tokens.length === 0)
			throw new EngineError("ERR_PROMPT", "Cannot continue an empty prompt: this model has no BOS token");
		return tokens;
	}
}
