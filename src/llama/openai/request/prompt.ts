import type { Prompt } from "../../engine/prompt.ts";
import { BadRequest } from "../bad-request.ts";
import { parseMessages } from "./messages.ts";

export { parseMessages } from "./messages.ts";

/**
 * The prompt of a line's JSON.
 *
 * @throws {BadRequest} that says what is wrong with it.
 */
export function parsePrompt(value: unknown): Prompt {
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw new BadRequest("invalid_request", "it is not a JSON object");
	}
	const { prompt, messages } = value as { prompt?: unknown; messages?: unknown };
	if (prompt !== undefined && messages !== undefined) {
		throw new BadRequest("invalid_request", 'it has both "prompt" and "messages"');
	}
	if (typeof prompt === "string") return prompt;
	if (prompt !== undefined) throw new BadRequest("invalid_request", '"prompt" is not a text');
	if (messages !== undefined) return parseMessages(messages);
	throw new BadRequest("invalid_request", 'it has neither "prompt" nor "messages"');
}
