import { readFile } from "node:fs/promises";
import type { Message, Prompt } from "./engine.ts";
import { JobError, reasonOf } from "./errors.ts";

/** What is run when no file is given. */
export const BUILT_IN_PROMPTS: readonly string[] = [
	"Explain in one sentence what a message passing interface is.",
	"Write a haiku about two processors that share their work.",
	"What is the difference between latency and throughput?",
	"List three uses of a reduction over many machines.",
	"Why does batching make a language model faster?",
	"Describe quantization of neural networks to a child.",
	"Name five rivers and the seas that they flow into.",
	"What happens when every rank waits for a message?",
	"Summarise the plot of a story about a lost postman.",
	"How does a t-digest estimate the 99th percentile?",
	"Translate 'good morning, everybody' into French.",
	"Give one reason to prefer many small models to a large one.",
];

/**
 * Reads prompts, one per line: as text, or as JSON objects with `prompt` (a text) or `messages` (a conversation). A file
 * is JSONL if its name says so (.jsonl, .ndjson) or if its first line is a JSON object. Empty lines are skipped.
 *
 * @throws {JobError} naming file and line.
 */
export async function readPrompts(path: string): Promise<Prompt[]> {
	return parsePrompts(await readText(path), path);
}

/** The prompts of a file's text; `path` is for its name and for errors. */
export function parsePrompts(text: string, path: string): Prompt[] {
	const lines = text
		.replace(/^\ufeff/, "")
		.split(/\r?\n/)
		.map((line, index) => ({ line, number: index + 1 }))
		.filter(({ line }) => line.trim() !== "");
	const first = lines[0];
	if (first === undefined) throw new JobError(`Cannot use the prompts in ${path}: the file has none`);
	if (!/\.(jsonl|ndjson)$/i.test(path) && !isObject(first.line)) return lines.map(({ line }) => line);
	return lines.map(({ line, number }) => parseObject(line, `${path}:${number}`));
}

async function readText(path: string): Promise<string> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		const reason =
			code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a directory" : reasonOf(error);
		throw new JobError(`Cannot read the prompts in ${path}: ${reason}`, 1, { cause: error });
	}
}

function isObject(line: string): boolean {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === "object" && value !== null && !Array.isArray(value);
	} catch {
		return false;
	}
}

function parseObject(line: string, where: string): Prompt {
	try {
		return parsePrompt(JSON.parse(line));
	} catch (error) {
		const reason =
			error instanceof SyntaxError ? `it is not valid JSON (${reasonOf(error)})` : reasonOf(error);
		throw new JobError(`Cannot use the prompt at ${where}: ${reason}`, 1, { cause: error });
	}
}

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
export function parseMessages(messages: unknown): Message[] {
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
