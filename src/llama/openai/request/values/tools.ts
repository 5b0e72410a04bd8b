import { BadRequest } from "../../bad-request.ts";
import { type Draft, unsupported, wrongValue } from "./draft.ts";
import { checkPlain } from "./plain-json.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Tools that the model may call, each with a function's name. */
export function readTools(value: unknown, draft: Draft, name: string): void {
	if (!Array.isArray(value)) throw wrongValue(name, value, "a list of tools");
	checkPlain(value, name);
	for (const [index, tool] of value.entries()) {
		const type = (tool as Fields | null)?.type;
		if (type !== "function") throw unsupported(`${name}[${index}].type`, type, 'only "function"');
		if (nameOf(tool) === undefined) {
			throw wrongValue(`${name}[${index}]`, tool, 'a "function" with a "name"');
		}
	}
	if (value.length > 0) draft.chat.tools = value;
}

/** Which tool to call; what it asks for without tools is seen once all fields are known. */
export function readToolChoice(value: unknown, draft: Draft, name: string): void {
	const named = typeof value === "object" && nameOf(value) !== undefined;
	if (!named && !["auto", "none", "required"].includes(value as string)) {
		throw wrongValue(name, value, '"auto", "none", "required" or a function by its name');
	}
	draft.chat.toolChoice = value;
}

/** Without tools nothing can be called; with them the choice must be one of them. */
export function settleTools({ chat }: Draft): void {
	const { tools, toolChoice } = chat;
	const wanted = typeof toolChoice === "object" ? nameOf(toolChoice) : undefined;
	if (tools === undefined) {
		if (wanted !== undefined || toolChoice === "required") {
			throw wrongValue("tool_choice", toolChoice, '"auto" or "none" without "tools"');
		}
		delete chat.toolChoice;
		delete chat.parallelToolCalls;
		return;
	}
	if (wanted === undefined || tools.some((tool) => nameOf(tool) === wanted)) return;
	throw new BadRequest("invalid_request", `"tool_choice" names "${wanted}", which no tool is`, "tool_choice");
}

/** The older names of tools: what they ask for can be asked for with the newer ones. */
export function refuseFunctions(value: unknown, _: Draft, name: string): void {
	if (Array.isArray(value) && value.length === 0) return;
	if (name === "function_call" && (value === "none" || value === "auto")) return;
	throw unsupported(name, value, `use "${name === "functions" ? "tools" : "tool_choice"}"`);
}

function nameOf(tool: unknown): string | undefined {
	const { function: called } = (tool ?? {}) as { function?: { name?: unknown } | null };
	return typeof called?.name === "string" && called.name !== "" ? called.name : undefined;
}
