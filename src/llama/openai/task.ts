import type { Prompt } from "../engine/engine.ts";
import { CHARS_PER_TOKEN } from "../schedule/item.ts";

/** Text to generate. */
export interface GenerateTask {
	/** Tells it from an `EmbedTask`. */
	readonly kind: "generate";
	/** What to continue: a text as it stands, or messages through the model's chat template. */
	readonly prompt: Prompt;
	/** Most tokens to generate, from 1. */
	readonly maxTokens: number;
	/** 0 always takes the likeliest token. */
	readonly temperature: number;
	/** From 0 to 2^32 - 1. */
	readonly seed: number;
	/** Generation ends before the first of these texts. */
	readonly stop?: readonly string[];
}

/** Texts to embed. */
export interface EmbedTask {
	/** Tells it from a `GenerateTask`. */
	readonly kind: "embed";
	/** At least one, none of them empty. */
	readonly texts: readonly string[];
	/** Whether the client wants the numbers as base64 of 32-bit floats instead of a list. */
	readonly base64: boolean;
}

/** What an engine is to do for a request. */
export type Task = GenerateTask | EmbedTask;

/** What a request samples with where it does not say. */
export interface Defaults {
	/** Most tokens to generate. */
	readonly maxTokens: number;
	/** 0 always takes the likeliest token. */
	readonly temperature: number;
	/** Request i samples with seed + i. */
	readonly seed: number;
}

/** What the schedule weighs a task by, in tokens. */
export interface TaskSize {
	/** Tokens of the prompt, estimated from its characters. */
	readonly promptTokens: number;
	/** Most tokens that may be generated; 1 for an embedding. */
	readonly maxTokens: number;
}

const SEEDS = 2 ** 32;

/** The seed of the request with this id: each has its own, and the same one in every run. */
export function seedFor(seed: number, id: number): number {
	return (seed + id) % SEEDS;
}

/** The text that a model reads for a task, near enough to see which tasks begin alike. */
export function textOf(task: Task): string {
	if (task.kind === "embed") return task.texts.join("\n");
	if (typeof task.prompt === "string") return task.prompt;
	return task.prompt.map(({ role, content }) => `${role}\n${content}\n`).join("");
}

/** Estimated size of a task. */
export function sizeOf(task: Task): TaskSize {
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
