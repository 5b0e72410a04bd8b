import type { Attributes } from "@opentelemetry/api";
import type { Completion } from "../../engine/engine.ts";
import { type ChatMessage, isMessages, isTokens, type Prompt } from "../../engine/prompt.ts";
import type { Answer } from "../../openai/answer.ts";
import type { Task } from "../../openai/task.ts";
import { GEN_AI } from "./names.ts";

/** A part of a message, as the conventions have it. */
type Part = Readonly<Record<string, unknown>>;

/** Whether spans may have prompts and answers: only where somebody has said so in so many words. */
export function capturesContent(env: NodeJS.ProcessEnv): boolean {
	return env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT?.trim().toLowerCase() === "true";
}

/** Prompts and answers. Attributes have no structure, so each is JSON. */
export function contentAttributes(task: Task, answer: Answer | undefined): Attributes {
	if (task.kind === "embed") return {};
	const { prompts, plain } = task;
	const system = plain?.system === undefined ? [] : [message("system", [text(plain.system)])];
	const output = answer?.kind === "generated" ? answer.choices.map(outputMessage) : undefined;
	return {
		[GEN_AI.inputMessages]: JSON.stringify([...system, ...prompts.flatMap(inputMessages)]),
		...(output === undefined ? {} : { [GEN_AI.outputMessages]: JSON.stringify(output) }),
	};
}

function inputMessages(prompt: Prompt): Part[] {
	if (isMessages(prompt)) return prompt.map(chatMessage);
	return [message("user", [isTokens(prompt) ? { type: "tokens", content: prompt } : text(prompt)])];
}

function chatMessage({ role, content, tool_calls: calls = [], tool_call_id: id }: ChatMessage): Part {
	if (id !== undefined) return message(role, [{ type: "tool_call_response", id, response: content }]);
	const said = typeof content === "string" ? [text(content)] : (content ?? []).map(contentPart);
	return message(role, [...said, ...calls.map(toolCall)]);
}

/** Images and sounds are too large for a span: their kind stands for them. */
function contentPart(part: { readonly type: string; readonly text?: unknown }): Part {
	return part.type === "text" ? text(part.text) : { type: part.type };
}

function outputMessage({ text: said, reasoning, toolCalls = [], finishReason }: Completion): Part {
	const thoughts = reasoning === undefined ? [] : [{ type: "reasoning", content: reasoning }];
	const spoken = said === "" ? [] : [text(said)];
	const parts = [...thoughts, ...spoken, ...toolCalls.map(toolCall)];
	return { ...message("assistant", parts), finish_reason: finishReason };
}

/** A call in OpenAI's form, as a part. */
function toolCall(call: unknown): Part {
	const { id, function: called } = (call ?? {}) as { id?: unknown; function?: Record<string, unknown> };
	return { type: "tool_call", id, name: called?.name, arguments: called?.arguments };
}

function message(role: string, parts: readonly Part[]): Part {
	return { role, parts };
}

function text(content: unknown): Part {
	return { type: "text", content };
}
