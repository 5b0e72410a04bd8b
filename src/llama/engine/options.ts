import type { ModelFacts } from "../model/gguf/validate.ts";
import { positive } from "./request.ts";

/** How to start an engine. */
export interface EngineOptions {
	/** Path of a GGUF file; of a split model, its first part. */
	readonly model: string;
	/** "auto" takes CUDA where it works, else the processor; "cuda" fails without CUDA. @default "auto" */
	readonly gpu?: "auto" | "cuda" | "cpu";
	/** Layers on the GPU; "auto" takes as many as fit. @default "auto" */
	readonly gpuLayers?: "auto" | "max" | number;
	/** Requests that run at the same time. @default 4 */
	readonly slots?: number;
	/** Tokens of prompt and completion together, guaranteed to each request. @default what the model was trained with, at most 4096 */
	readonly contextSize?: number;
	/** Threads of the processor. @default all cores */
	readonly threads?: number;
	/**
	 * Prompt tokens computed in one go: fewer make others wait less, more are a little faster.
	 * @default 512 on a GPU; on processors 64, of llama-server 96
	 */
	readonly prefillChunk?: number;
}

/** llama.cpp's limit. */
export const MAX_SLOTS = 256;
export const DEFAULT_SLOTS = 4;
const LARGEST_DEFAULT_CONTEXT = 4096;

/** The context of each request if nobody asks for another. */
export function defaultContext({ contextLength }: Pick<ModelFacts, "contextLength">): number {
	return Math.min(contextLength ?? LARGEST_DEFAULT_CONTEXT, LARGEST_DEFAULT_CONTEXT);
}

/** Slots as they were asked for, or as many as suit most. */
export function checkSlots(asked = DEFAULT_SLOTS): number {
	const slots = positive("slots", asked);
	if (slots > MAX_SLOTS) throw new RangeError(`Cannot use ${slots} slots: at most ${MAX_SLOTS} are possible`);
	return slots;
}
