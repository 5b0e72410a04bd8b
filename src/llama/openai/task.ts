import type { EngineInfo } from "../engine/engine.ts";
import { type Prompt, promptText } from "../engine/prompt.ts";
import type { ChatOptions, SamplingOptions } from "../engine/sampling.ts";
import { CHARS_PER_TOKEN } from "../schedule/item.ts";

/** Text to generate. */
export interface GenerateTask {
	/** Tells it from an `EmbedTask`. */
	readonly kind: "generate";
	/** What to continue, at least one; several only for a list of texts in `/v1/completions`. */
	readonly prompts: readonly Prompt[];
	/** The prompts are plain: each becomes a user's turn where the model has a chat template, else it is continued. */
	readonly plain?: PlainPrompt;
	/** Texts for each prompt, with different seeds, from 1. @default 1 */
	readonly n?: number;
	/** Most tokens to generate, from 1; undefined: the rest of the context. */
	readonly maxTokens: number | undefined;
	/** 0 always takes the likeliest token; undefined: as an endpoint has it. */
	readonly temperature: number | undefined;
	/** From 0 to 2^32 - 1. */
	readonly seed: number;
	/** Generation ends before the first of these texts. */
	readonly stop?: readonly string[];
	/** How tokens are chosen, and what may come. */
	readonly sampling?: SamplingOptions;
	/** How messages become a text. */
	readonly chat?: ChatOptions;
	/** See `GenerateOptions.logprobs`. */
	readonly logprobs?: number;
	/** The answer begins with the prompt. */
	readonly echo?: true;
	/** The answer has the text's tokens too. */
	readonly tokens?: true;
	/** What an endpoint is sent as it stands (see `GenerateOptions.body`). */
	readonly body?: Readonly<Record<string, unknown>>;
	/** HTTP headers that go to an endpoint with it. */
	readonly headers?: Readonly<Record<string, string>>;
	/** What another engine has generated already, before it died: the answer goes on from there, and has only the rest. */
	readonly resume?: ResumePoint;
}

/** How far a text had come. */
export interface ResumePoint {
	/** The text so far. */
	readonly text: string;
	/** Its tokens, where all of them are known. */
	readonly tokens?: readonly number[];
}

/** How a plain prompt becomes a conversation. */
export interface PlainPrompt {
	/** What its system turn says. @default no such turn */
	readonly system?: string;
}

/** Texts to embed. */
export interface EmbedTask {
	/** Tells it from a `GenerateTask`. */
	readonly kind: "embed";
	/** At least one, none of them empty: texts, or lists of tokens. */
	readonly texts: readonly (string | readonly number[])[];
	/** Whether the client wants the numbers as base64 of 32-bit floats instead of a list. */
	readonly base64: boolean;
	/** Numbers of each embedding: the model's first ones, made a vector of length 1 again. @default all */
	readonly dimensions?: number;
	/** What an endpoint is sent as it stands. */
	readonly body?: Readonly<Record<string, unknown>>;
	/** HTTP headers that go to an endpoint with it. */
	readonly headers?: Readonly<Record<string, string>>;
}

/** What an engine is to do for a request. */
export type Task = GenerateTask | EmbedTask;

/** What a request is taken for where it does not say. */
export interface Defaults {
	/** Most tokens to generate; undefined: the rest of the context. */
	readonly maxTokens: number | undefined;
	/** 0 always takes the likeliest token; undefined: as an endpoint has it. */
	readonly temperature: number | undefined;
	/** See `SamplingOptions`; undefined: as an endpoint has it. */
	readonly topP?: number | undefined;
	/** See `SamplingOptions`; undefined: as an endpoint has it. */
	readonly topK?: number | undefined;
	/** See `SamplingOptions`; undefined: as an endpoint has it. */
	readonly minP?: number | undefined;
	/** Request i samples with seed + i. */
	readonly seed: number;
	/** Fields that nobody here knows are left out, and counted, instead of failing the request. @default false */
	readonly ignoreUnknown?: boolean | undefined;
	/** The engines are endpoints: a request's fields go there as they came. @default false */
	readonly endpoint?: boolean | undefined;
	/** With `endpoint`: `stream` is left out instead of failing the request, whose sender decides. @default false */
	readonly dropStream?: boolean | undefined;
}

/** A request's body, understood. */
export interface ParsedBody {
	/** What an engine is to do. */
	readonly task: Task;
	/** The model that the body names. */
	readonly model?: string;
	/** Fields that were left out, with `ignoreUnknown`. */
	readonly ignored?: readonly string[];
}

/** A request's body as a gateway understands it. */
export interface ParsedGatewayBody extends ParsedBody {
	/** The answer is wanted in pieces. */
	readonly stream: boolean;
	/** A stream ends with its usage. */
	readonly includeUsage: boolean;
	/** Higher first. */
	readonly priority: number;
	/** Of llama.cpp's own form: nothing but these fields are wanted, "timings/predicted_n" being one within another. */
	readonly responseFields?: readonly string[];
}

/** What the schedule weighs a task by, in tokens. */
export interface TaskSize {
	/** Tokens of the prompts, estimated from their characters. */
	readonly promptTokens: number;
	/** Most tokens that may be generated, or a guess; 1 for an embedding. */
	readonly maxTokens: number;
}

const SEEDS = 2 ** 32;
/** Odd, so that no two choices of a request mix to the same seed. */
const SEED_STEP = 0x9e3779b1;
/** Tokens of an answer without a limit, for the schedule: nobody knows. */
const GUESSED_TOKENS = 256;

/** The seed of the request with this id: each has its own, and the same one in every run. */
export function seedFor(seed: number, id: number): number {
	return (seed + id) % SEEDS;
}

/** The seed of choice j of a request; choice 0 has the request's own. */
export function choiceSeed(seed: number, j: number): number {
	return (seed + Math.imul(j, SEED_STEP)) >>> 0;
}

/** The prompts as an engine is to run them. */
export function promptsFor(
	{ prompts, plain }: GenerateTask,
	{ chatTemplate = true }: Pick<EngineInfo, "chatTemplate">,
): readonly Prompt[] {
	if (plain === undefined) return prompts;
	const { system } = plain;
	if (!chatTemplate) {
		// Without a template a system message can only be the beginning of the text. It is not left out.
		const asText = (prompt: Prompt) => (typeof prompt === "string" ? `${system}\n\n${prompt}` : prompt);
		return system === undefined ? prompts : prompts.map(asText);
	}
	const before = system === undefined ? [] : [{ role: "system", content: system }];
	return prompts.map((prompt) =>
		typeof prompt === "string" ? [...before, { role: "user", content: prompt }] : prompt,
	);
}

/** The text that a model reads for a task, near enough to see which tasks begin alike. */
export function textOf(task: Task): string {
	if (task.kind === "embed") return task.texts.map((text) => promptText(text)).join("\n");
	return `${task.plain?.system ?? ""}${task.prompts.map(promptText).join("\n")}`;
}

/** Estimated size of a task. */
export function sizeOf(task: Task): TaskSize {
	const prompts: readonly Prompt[] = task.kind === "embed" ? task.texts : task.prompts;
	const most = task.kind === "embed" ? 1 : (task.maxTokens ?? limitIn(task.body) ?? GUESSED_TOKENS);
	return {
		promptTokens: prompts.reduce((sum, prompt) => sum + tokensOf(prompt), 0),
		maxTokens: most * (task.kind === "embed" ? 1 : (task.n ?? 1)),
	};
}

/** The limit that a body for an endpoint has in it. */
function limitIn(body: GenerateTask["body"]): number | undefined {
	const limit = body?.max_completion_tokens ?? body?.max_tokens;
	return Number.isSafeInteger(limit) && (limit as number) > 0 ? (limit as number) : undefined;
}

function tokensOf(prompt: Prompt): number {
	if (typeof prompt !== "string" && typeof prompt[0] === "number") return prompt.length;
	return Math.ceil(promptText(prompt).length / CHARS_PER_TOKEN);
}
