import type { ChatMessage, Prompt } from "../engine/prompt.ts";

/**
 * The prompt of a line's JSON.
 *
 * @throws {Error} that says what is wrong with it.
 */
export function parsePrompt(value: unknown): Prompt {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw new Error("it is not a JSON object");
	}
	const { prompt, messages } = value as { prompt?: unknown; messages?: unknown };
	if (prompt !== undefined && messages !== undefined) {
		throw new Error('it has both "prompt" and "messages"');
	}
	if (typeof prompt === "string") return prompt;
	if (prompt !== undefined) throw new Error('"prompt" is not a text');
	if (messages !== undefined) return parseMessages(messages);
	throw new Error('it has neither "prompt" nor "messages"');
}

/**
 * The turns of a conversation.
 *
 * @throws {Error} that says what is wrong with them.
 */
export function parseMessages(messages: unknown): ChatMessage[] {
	if (!Array.isArray(messages) || messages.length === 0) {
		throw new Error('"messages" is not a list with at least one message');
	}
	return messages.map((message: { role?: unknown; content?: unknown } | null, index) => {
		const content = textOf(message?.content);
		if (typeof message?.role === "string" && content !== undefined) return { role: message.role, content };
		throw new Error(`message ${index + 1} needs a "role" and a "content" of text`);
	});
}

/** A text, or a list of parts that are all texts. */
function textOf(content: unknown): string | undefined {
	if (typeof content === "string") return content;
	if (!Array.isArray(content)) return undefined;
	const parts = content.map((part: { type?: unknown; text?: unknown } | null) => part?.text);
	return parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
}
