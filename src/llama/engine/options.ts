import { either, integerFrom, type Kinds, NUMBER, oneOf, TEXT } from "../../base/check-types.ts";
import type { ModelFacts } from "../model/gguf/validate.ts";
import { positive } from "./request.ts";

/** Which processor or GPU runs a model. */
export type GpuChoice = "auto" | "cuda" | "cpu";

/** How many of a model's layers the GPU has. */
export type GpuLayers = "auto" | "max" | number;

/** What every engine that loads a model itself is started with. */
export interface EngineOptions {
	/** Path of a GGUF file; of a split model, its first part. */
	readonly model: string;
	/** "auto" takes CUDA where it works, else the processor; "cuda" fails without CUDA. @default "auto" */
	readonly gpu?: GpuChoice | undefined;
	/** Layers on the GPU: "auto" takes as many as fit, "max" all or fails. @default "auto" */
	readonly gpuLayers?: GpuLayers | undefined;
	/** Requests that run at the same time, from 1 to 256. @default 4 */
	readonly slots?: number | undefined;
	/** Tokens of prompt and completion together, guaranteed to each request. @default what the model was trained with, at most 4096 */
	readonly contextSize?: number | undefined;
	/** Threads of the processor. @default all cores */
	readonly threads?: number | undefined;
	/**
	 * Prompt tokens computed in one go: fewer make others wait less, more are a little faster.
	 * @default 512 on a GPU; on processors 64, of llama-server 96
	 */
	readonly prefillChunk?: number | undefined;
}

export const GPU_CHOICE = oneOf("auto", "cuda", "cpu");

/** Numbers of any size where `checkSlots` and `positive` know the range. */
export const ENGINE_OPTIONS: Kinds<EngineOptions> = {
	model: TEXT,
	gpu: GPU_CHOICE,
	gpuLayers: either(oneOf("auto", "max"), integerFrom(0)),
	slots: NUMBER,
	contextSize: NUMBER,
	threads: NUMBER,
	prefillChunk: NUMBER,
};

/** llama.cpp's limit. */
export const MAX_SLOTS = 256;
export const DEFAULT_SLOTS = 4;
const LARGEST_DEFAULT_CONTEXT = 4096;

/** The context of each request if nobody asks for another. */
export function defaultContext({ contextLength }: Pick<ModelFacts, "contextLength">): number {
	return Math.min(contextLength ?? LARGEST_DEFAULT_CONTEXT, LARGEST_DEFAULT_CONTEXT);
}

/**
 * Slots as they were asked for, or as many as suit most.
 *
 * @throws {RangeError} llama.cpp cannot have as many.
 */
export function checkSlots(asked = DEFAULT_SLOTS): number {
	const slots = positive("slots", asked);
	if (slots > MAX_SLOTS) throw new RangeError(`Cannot use ${slots} slots: at most ${MAX_SLOTS} are possible`);
	return slots;
}
