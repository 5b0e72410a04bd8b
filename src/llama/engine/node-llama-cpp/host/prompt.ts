import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { EngineError, reasonOf } from "../../../errors.ts";
import { type ChatMessage, isTokens, type Prompt } from "../../prompt.ts";
import type { Model, Token } from "./library.ts";

type Render = (variables: Record<string, unknown>) => string;

/** What llama.cpp falls back to for a model without a chat template. */
const CHATML =
	"{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}" +
	"{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** Turns prompts into the model's tokens. */
export class PromptEncoder {
	readonly #model: Model;
	#render: Promise<Render> | undefined;

	constructor(model: Model) {
		this.#model = model;
	}

	/** Texts are taken as they stand; messages go through the model's own chat template, with nothing added. */
	async encode(prompt: Prompt): Promise<Token[]> {
		if (isTokens(prompt)) return [...prompt];
		const text = typeof prompt === "string" ? prompt : await this.#applyTemplate(prompt);
		const tokens = this.#model.tokenize(text, true);
		const { bos, shouldPrependBosToken } = this.#model.tokens;
		// A template often writes the BOS token itself: it must not be there twice.
		if (shouldPrependBosToken && bos !== null && tokens[0] !== bos) tokens.unshift(bos);
		if (tokens.length === 0)
			throw new EngineError("ERR_PROMPT", "Cannot continue an empty prompt: this model has no BOS token");
		return tokens;
	}

	async #applyTemplate(messages: readonly ChatMessage[]): Promise<string> {
		const { bosString, eosString } = this.#model.tokens;
		try {
			this.#render ??= loadTemplate(templateOf(this.#model) ?? CHATML);
			const render = await this.#render;
			return render({
				messages,
				add_generation_prompt: true,
				bos_token: bosString ?? "",
				eos_token: eosString ?? "",
			});
		} catch (error) {
			throw new EngineError("ERR_PROMPT", `Cannot apply the model's chat template: ${reasonOf(error)}`, {
				cause: error,
			});
		}
	}
}

function templateOf(model: Model): string | undefined {
	const template: unknown = model.fileInfo.metadata.tokenizer?.chat_template;
	return typeof template === "string" && template !== "" ? template : undefined;
}

/** The Jinja that node-llama-cpp itself depends on: found from its folder, since it need not be ours to import. */
async function loadTemplate(source: string): Promise<Render> {
	const path = createRequire(import.meta.resolve("node-llama-cpp")).resolve("@huggingface/jinja");
	const { Template } = (await import(pathToFileURL(path).href)) as {
		Template: new (source: string) => { render(variables: Record<string, unknown>): string };
	};
	const template = new Template(source);
	return (variables) => template.render(variables);
}
