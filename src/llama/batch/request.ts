import { hash } from "node:crypto";
import type { Prompt } from "../engine/engine.ts";
import type { Item } from "../schedule/item.ts";
import { CHARS_PER_TOKEN } from "../schedule/prefix-groups.ts";

/** Text to generate. */
export interface GenerateTask {
	readonly kind: "generate";
	readonly prompt: Prompt;
	readonly maxTokens: number;
	readonly temperature: number;
	readonly seed: number;
	readonly stop?: readonly string[];
}

/** Texts to embed. */
export interface EmbedTask {
	readonly kind: "embed";
	readonly texts: readonly string[];
	/** How the client wants the numbers. */
	readonly base64: boolean;
}

/** What an engine is to do for a request. */
export type Task = GenerateTask | EmbedTask;

/** The shape of a request's answer: a line of plain prompts, or the URL of a batch line. */
export type Endpoint = "plain" | "/v1/chat/completions" | "/v1/completions" | "/v1/embeddings";

/** A request of a file. Its id is its place in the file, from 0. */
export interface Request extends Item {
	readonly endpoint: Endpoint;
	readonly task: Task;
	/** By what the client knows it; a plain line's place. */
	readonly customId: string;
	/** Of all that makes the request what it is. */
	readonly fingerprint: string;
	/** The model that a batch line asks for. */
	readonly model?: string;
}

/** A line that is no request: it ends as an error. */
export interface BadLine {
	readonly id: number;
	readonly batch: boolean;
	/** If it has one that can be used. */
	readonly customId: string | null;
	readonly fingerprint: string;
	readonly code: string;
	readonly message: string;
}

/** What a request samples with where it does not say. */
export interface Defaults {
	readonly maxTokens: number;
	readonly temperature: number;
	/** Request i uses seed + i. */
	readonly seed: number;
}

const LARGEST_SEED = 2 ** 32;

export function seedFor(seed: number, id: number): number {
	return (seed + id) % LARGEST_SEED;
}

/** 128 bits of SHA-256, in hexadecimal. */
export function fingerprintOf(...parts: readonly string[]): string {
	return hash("sha256", parts.join("\0"), "hex").slice(0, 32);
}

/** JSON that is the same for equal values, in whatever order their keys are. */
export function canonicalJson(value: unknown): string {
	return JSON.stringify(value, (_, each: unknown) =>
		typeof each === "object" && each !== null && !Array.isArray(each)
			? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
			: each,
	);
}

/** The text that a model reads for a request, near enough to see what begins alike. */
export function textOf({ task }: Pick<Request, "task">): string {
	if (task.kind === "embed") return task.texts.join("\n");
	if (typeof task.prompt === "string") return task.prompt;
	return task.prompt.map(({ role, content }) => `${role}\n${content}\n`).join("");
}

/** Estimated tokens of a task. */
export function sizeOf(task: Task): { readonly promptTokens: number; readonly maxTokens: number } {
	const characters =
		task.kind === "embed"
			? sum(task.texts.map((text) => text.length))
			: typeof task.prompt === "string"
				? task.prompt.length
				: sum(task.prompt.map(({ role, content }) => role.length + content.length + 2));
	return {
		promptTokens: Math.ceil(characters / CHARS_PER_TOKEN),
		maxTokens: task.kind === "embed" ? 1 : task.maxTokens,
	};
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, each) => total + each, 0);
}
