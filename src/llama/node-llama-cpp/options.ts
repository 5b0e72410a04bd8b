import { availableParallelism } from "node:os";
import type { GenerateOptions, Prompt } from "../engine.ts";
import { EngineError } from "../errors.ts";
import type { ModelFacts } from "../gguf/validate.ts";
import type { GenerateRequest, LoadRequest } from "./protocol.ts";

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
	/** Prompt tokens computed in one go: fewer make others wait less, more are a little faster. @default 128, on a GPU 512 */
	readonly prefillChunk?: number;
}

/** node-llama-cpp's limit. */
export const MAX_SLOTS = 256;
const DEFAULT_SLOTS = 4;
const DEFAULT_MAX_TOKENS = 128;
const LARGEST_DEFAULT_CONTEXT = 4096;

/** Fills in what was left open. */
export function loadRequest(options: EngineOptions, facts: ModelFacts): LoadRequest {
	const { model, gpu = "auto", gpuLayers = "auto", prefillChunk } = options;
	const slots = count("slots", options.slots ?? DEFAULT_SLOTS);
	if (slots > MAX_SLOTS) throw new RangeError(`Cannot use ${slots} slots: at most ${MAX_SLOTS} are possible`);
	const trained = facts.contextLength ?? LARGEST_DEFAULT_CONTEXT;
	return {
		type: "load",
		model,
		gpu,
		gpuLayers,
		slots,
		contextSize: count("contextSize", options.contextSize ?? Math.min(trained, LARGEST_DEFAULT_CONTEXT)),
		threads: count("threads", options.threads ?? availableParallelism()),
		prefillChunk: prefillChunk === undefined ? undefined : count("prefillChunk", prefillChunk),
	};
}

/** Checks and completes the options of one request. */
export function generateRequest(id: number, prompt: Prompt, options: GenerateOptions): GenerateRequest {
	const { maxTokens = DEFAULT_MAX_TOKENS, temperature = 0, seed = 0, stop = [] } = options;
	if (!(temperature >= 0 && temperature <= 100)) {
		throw new RangeError(`Cannot use temperature ${temperature}: it is a number from 0 to 100`);
	}
	if (!Number.isSafeInteger(seed)) throw new RangeError(`Cannot use seed ${seed}: it is an integer`);
	if (typeof prompt !== "string" && prompt.length === 0) {
		throw new EngineError("ERR_PROMPT", "Cannot continue an empty list of messages");
	}
	return { type: "generate", id, prompt, maxTokens: count("maxTokens", maxTokens), temperature, seed, stop };
}

function count(name: string, value: number): number {
	if (!Number.isSafeInteger(value) || value < 1) {
		throw new RangeError(`Cannot use ${name} ${value}: it is an integer from 1 up`);
	}
	return value;
}
