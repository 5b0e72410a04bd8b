import { BadRequest, show } from "../../openai/bad-request.ts";

interface Message {
	readonly role: unknown;
	readonly content: unknown;
}

/** The names that data sets give to who speaks. */
const ROLES = new Map([
	["human", "user"],
	["user", "user"],
	["gpt", "assistant"],
	["chatgpt", "assistant"],
	["bing", "assistant"],
	["bard", "assistant"],
	["model", "assistant"],
	["bot", "assistant"],
	["assistant", "assistant"],
	["system", "system"],
	["developer", "developer"],
	["tool", "tool"],
	["observation", "tool"],
]);

/**
 * The messages of a conversation out of a data set: turns of `from` and `value`, or of `role` and `content`. What the
 * assistant said last is the answer that the data set has: it is left out.
 *
 * @throws {BadRequest} for anything else.
 */
export function readConversation(name: string, turns: unknown): readonly unknown[] {
	if (!Array.isArray(turns) || turns.length === 0) {
		throw new BadRequest("invalid_request", `"${name}" is ${show(turns)}: it takes a list of turns`, name);
	}
	const messages = turns.map((turn, index) => messageOf(turn, index, name));
	const end = messages.findLastIndex(({ role }) => role !== "assistant") + 1;
	if (end === 0) {
		throw new BadRequest("invalid_request", `"${name}" has no turn but the assistant's`, name);
	}
	return messages.slice(0, end);
}

function messageOf(turn: unknown, index: number, name: string): Message {
	if (typeof turn === "object" && turn !== null) {
		if ("role" in turn && "content" in turn) return turn as Message;
		const { from, value } = turn as { from?: unknown; value?: unknown };
		const role = typeof from === "string" ? ROLES.get(from.toLowerCase()) : undefined;
		if (role !== undefined && typeof value === "string") return { role, content: value };
	}
	throw new BadRequest(
		"invalid_request",
		`turn ${index + 1} of "${name}" is ${show(turn)}: it takes "from" (${[...new Set(ROLES.values())].join(", ")}, human, gpt) and "value", or "role" and "content"`,
		name,
	);
}
