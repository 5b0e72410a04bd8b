import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { EngineError, reasonOf } from "../../../../errors.ts";
import { type ChatMessage, contentText } from "../../../prompt.ts";
import type { ChatOptions } from "../../../sampling.ts";
import { type ThinkTags, thinkTagsOf } from "../../../thinking.ts";
import type { Model } from "../library/library.ts";

type Render = (variables: Record<string, unknown>) => string;

/** What llama.cpp falls back to for a model without a chat template. */
const CHATML =
	"{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}" +
	"{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** The chat template that a model file carries, and how conversations go through it. */
export class ChatTemplate {
	/** What the model thinks between; undefined if its template knows of no thoughts. */
	readonly thinkTags: ThinkTags | undefined;
	readonly #source: string;
	readonly #specials: Record<string, string>;
	/** Arguments of tool calls come as JSON text; some templates make JSON of them themselves. */
	readonly #wantsObjects: boolean;
	#render: Promise<Render> | undefined;

	constructor(model: Model) {
		this.#source = templateOf(model) ?? CHATML;
		this.thinkTags = thinkTagsOf(this.#source);
		this.#wantsObjects = /arguments\s*\|\s*tojson/.test(this.#source);
		const { bosString, eosString } = model.tokens;
		this.#specials = { bos_token: bosString ?? "", eos_token: eosString ?? "" };
	}

	/** @throws {EngineError} ERR_PROMPT: the template refuses the messages; ERR_UNSUPPORTED: they are not text alone. */
	async apply(messages: readonly ChatMessage[], chat: ChatOptions): Promise<string> {
		const { templateKwargs, continueFinalMessage = false } = chat;
		const { addGenerationPrompt = !continueFinalMessage } = chat;
		refuseTools(chat);
		const turns = messages.map((message, index) => this.#turn(message, index));
		try {
			this.#render ??= loadTemplate(this.#source);
			const render = await this.#render;
			const text = render({
				...templateKwargs,
				...{ messages: turns, add_generation_prompt: addGenerationPrompt, ...this.#specials },
			});
			return continueFinalMessage ? upToLast(text, turns.at(-1)?.content ?? "") : text;
		} catch (error) {
			throw new EngineError("ERR_PROMPT", `Cannot apply the model's chat template: ${reasonOf(error)}`, {
				cause: error,
			});
		}
	}

	/** Whether a prompt that the template has made leaves the model in its thoughts. */
	opensThoughts(text: string): boolean {
		return this.thinkTags !== undefined && text.trimEnd().endsWith(this.thinkTags.open);
	}

	#turn(message: ChatMessage, index: number) {
		const { content, tool_calls: calls, ...rest } = message;
		const other = Array.isArray(content) ? content.find(({ type }) => type !== "text") : undefined;
		if (other !== undefined) {
			throw new EngineError(
				"ERR_UNSUPPORTED",
				`Cannot run a request: message ${index + 1} has a part of type "${other.type}"; the engine node-llama-cpp takes text, llama-server and endpoints may take more`,
				{ param: `messages[${index}].content` },
			);
		}
		const parsed = this.#wantsObjects ? calls?.map(withParsedArguments) : calls;
		return {
			...rest,
			content: contentText(message),
			...(parsed === undefined ? {} : { tool_calls: parsed }),
		};
	}
}

/** The template of a model file, if it has one: of several the default one. */
export function templateOf(model: Pick<Model, "fileInfo">): string | undefined {
	const found: unknown = model.fileInfo.metadata.tokenizer?.chat_template;
	const template =
		typeof found === "object" && found !== null ? (found as { default?: unknown }).default : found;
	return typeof template === "string" && template !== "" ? template : undefined;
}

function refuseTools({ tools = [], toolChoice }: ChatOptions): void {
	if (tools.length === 0 || toolChoice === "none") return;
	const text = "Cannot run a request with tools on the engine node-llama-cpp: llama-server and endpoints can";
	throw new EngineError("ERR_UNSUPPORTED", text, { param: "tools" });
}

function withParsedArguments(call: unknown): unknown {
	const { function: called } = call as { function?: { arguments?: unknown } };
	if (typeof called?.arguments !== "string") return call;
	try {
		return {
			...(call as object),
			function: { ...called, arguments: JSON.parse(called.arguments) as unknown },
		};
	} catch {
		return call;
	}
}

/** All up to the end of what was said last: what closes its turn is not there yet. */
function upToLast(text: string, content: string): string {
	const said = content.trimEnd();
	const at = text.lastIndexOf(said);
	if (at < 0) throw new Error("the last message, which is to be continued, is not in its text as it stands");
	return text.slice(0, at + said.length);
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
