import type { ChatMessage, ContentPart } from "../../engine/prompt.ts";
import { BadRequest, show } from "../bad-request.ts";
import { checkPlain, checkText } from "./values/plain-json.ts";

type Fields = Readonly<Record<string, unknown>>;

/** How messages are read. */
export interface MessagesOptions {
	/** Told of keys that nobody knows: "messages[].foo". @default they are an error */
	readonly onUnknown?: ((name: string) => void) | undefined;
	/** What is more than a role and a content goes on as it came: an endpoint may know it. @default false */
	readonly asTheyCame?: boolean;
}

/**
 * The turns of a conversation.
 *
 * @throws {BadRequest} that says what is wrong with them.
 */
export function parseMessages(messages: unknown, options: MessagesOptions = {}): ChatMessage[] {
	if (!Array.isArray(messages) || messages.length === 0) {
		throw new BadRequest("invalid_request", '"messages" is not a list with at least one message', "messages");
	}
	return messages.map((message, index) => parseMessage(message, index, options));
}

function parseMessage(message: Fields | null, index: number, options: MessagesOptions): ChatMessage {
	const at = `messages[${index}]`;
	const calls = message?.tool_calls ?? undefined;
	const content =
		message?.content ?? (message?.role === "assistant" && calls !== undefined ? null : undefined);
	if (typeof message?.role !== "string" || content === undefined) {
		throw new BadRequest(
			"invalid_request",
			`message ${index + 1} needs a "role" and a "content" of text`,
			at,
		);
	}
	if (options.asTheyCame) {
		checkPlain(message, at);
		return { ...message, role: message.role, content: content as ChatMessage["content"] };
	}
	const turn: Record<string, unknown> = {
		// Models know one name for it.
		role: message.role === "developer" ? "system" : message.role,
		content: content === null ? null : contentOf(content, index, options),
	};
	for (const key of Object.keys(message)) {
		if (key === "role" || key === "content") continue;
		const value = message[key];
		if (value === null || (Array.isArray(value) && value.length === 0)) continue;
		const takes = KEYS.get(key);
		if (takes === undefined) {
			refuseKey(options, `message ${index + 1}`, `${at}.${key}`, `messages[].${key}`, key);
		} else if (takes === "list" ? Array.isArray(value) : typeof value === "string") {
			checkPlain(value, `${at}.${key}`);
			turn[key === "reasoning" ? "reasoning_content" : key] = value;
		} else {
			const text = `message ${index + 1} has a "${key}" that is ${show(value)}: it takes a ${takes}`;
			throw new BadRequest("invalid_request", text, `${at}.${key}`);
		}
	}
	return turn as unknown as ChatMessage;
}

/** What a message may have besides its role and its content. */
const KEYS: ReadonlyMap<string, "text" | "list"> = new Map([
	["name", "text"],
	["tool_calls", "list"],
	["tool_call_id", "text"],
	["reasoning_content", "text"],
	// vLLM's name of the same.
	["reasoning", "text"],
]);

/** A text; parts that are all texts are one text, as llama.cpp puts them together. */
function contentOf(content: unknown, index: number, options: MessagesOptions): ChatMessage["content"] {
	const at = `messages[${index}].content`;
	if (typeof content === "string") {
		checkText(content, at);
		return content;
	}
	if (!Array.isArray(content) || content.length === 0) {
		const text = `message ${index + 1} needs a "role" and a "content" of text`;
		throw new BadRequest("invalid_request", text, at);
	}
	const parts = content.map((part) => partOf(part, index, at, options));
	if (parts.every(({ type }) => type === "text")) return parts.map(({ text }) => text).join("\n");
	return parts;
}

function partOf(part: Fields | null, index: number, at: string, options: MessagesOptions): ContentPart {
	const type = part?.type ?? "text";
	const field = typeof type === "string" ? PARTS.get(type) : undefined;
	if (field === undefined) {
		const known = [...PARTS.keys()].join(", ");
		const text = `message ${index + 1} has a part of type ${show(type)}: only ${known}`;
		throw new BadRequest("unsupported_parameter", text, at);
	}
	const value = part?.[field];
	if (!holds(field, value)) {
		const text = `message ${index + 1} has a part of type ${show(type)} without a "${field}"`;
		throw new BadRequest("invalid_request", text, at);
	}
	checkPlain(value, at);
	for (const key of Object.keys(part ?? {})) {
		if (key === "type" || key === field || part?.[key] === null) continue;
		const name = `messages[].content[].${key}`;
		refuseKey(options, `a part of message ${index + 1}`, `${at}.${key}`, name, key);
	}
	return { type, [field]: value } as ContentPart;
}

function holds(field: string, value: unknown): boolean {
	if (field === "text") return typeof value === "string";
	const { url, data } = (value ?? {}) as { url?: unknown; data?: unknown };
	return typeof (field === "image_url" ? url : data) === "string";
}

/** Types of parts, and the field that holds what is said. */
const PARTS: ReadonlyMap<string, string> = new Map([
	["text", "text"],
	["image_url", "image_url"],
	["input_audio", "input_audio"],
]);

function refuseKey(
	{ onUnknown }: MessagesOptions,
	where: string,
	param: string,
	counted: string,
	key: string,
): void {
	if (onUnknown === undefined) {
		throw new BadRequest("unknown_parameter", `${where} has an unknown "${key}"`, param);
	}
	onUnknown(counted);
}
