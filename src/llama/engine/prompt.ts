/** What an engine can be asked to continue. */

/** A part of what was said: text, or an image or a sound in OpenAI's form (`image_url`, `input_audio`). */
export interface ContentPart {
	/** "text", "image_url", "input_audio", or what else a server knows. */
	readonly type: string;
	/** Of a part of text. */
	readonly text?: string | undefined;
	/** What belongs to the other types. */
	readonly [field: string]: unknown;
}

/** One turn of a conversation. All of it reaches the model's chat template. */
export interface ChatMessage {
	/** "system", "user", "assistant", "tool", or what else the model's chat template knows. */
	readonly role: string;
	/** What was said; null in an assistant's turn that only calls tools. Parts are for images and sounds. */
	readonly content: string | readonly ContentPart[] | null;
	/** Who of several speakers said it. */
	readonly name?: string | undefined;
	/** Calls of tools that an assistant's turn made, in OpenAI's form. */
	readonly tool_calls?: readonly unknown[] | undefined;
	/** In a turn of role "tool": the call that it answers. */
	readonly tool_call_id?: string | undefined;
	/** What an assistant's turn thought before it answered. */
	readonly reasoning_content?: string | undefined;
}

/**
 * What to continue. A string is continued as it stands (after the model's BOS token); messages go through the chat
 * template that the model file carries; numbers are the model's own tokens, to which nothing is added.
 */
export type Prompt = string | readonly ChatMessage[] | readonly number[];

/** Whether a prompt is a conversation. An empty list is one, too. */
export function isMessages(prompt: Prompt): prompt is readonly ChatMessage[] {
	return typeof prompt !== "string" && typeof prompt[0] !== "number";
}

/** Whether a prompt is a list of tokens. */
export function isTokens(prompt: Prompt): prompt is readonly number[] {
	return typeof prompt !== "string" && typeof prompt[0] === "number";
}

/** The text of what was said, without images and sounds. */
export function contentText({ content }: Pick<ChatMessage, "content">): string {
	if (typeof content === "string") return content;
	return (content ?? []).map(({ text }) => text ?? "").join("\n");
}

/** A prompt as a text that begins like another's if the prompts begin alike. */
export function promptText(prompt: Prompt): string {
	if (typeof prompt === "string") return prompt;
	if (isTokens(prompt)) return prompt.join(" ");
	return prompt.map((message) => `${message.role}\n${contentText(message)}\n`).join("");
}
