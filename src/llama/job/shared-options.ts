import type { OptionValues } from "../../base/options/values.ts";
import { type GpuChoice, type GpuLayers, MAX_SLOTS } from "../engine/options.ts";

/** Options that a job of prompts and a server have in common, besides those of `readEngineChoice`. */
export type SharedOptionName =
	| ("inflight" | "max-tokens" | "temperature" | "top-p" | "top-k" | "min-p")
	| ("ctx-size" | "gpu" | "gpu-layers" | "threads" | "max-restarts");

/** What they say, with every default filled in. */
export interface SharedOptions {
	/** Requests that a rank runs at the same time. */
	readonly inflight: number;
	/** Most tokens of an answer whose request does not say; undefined: the rest of the context, of built-in prompts 64. */
	readonly maxTokens: number | undefined;
	/** From 0 to 100; 0 is greedy. Undefined: 0.8, or as an endpoint has it. */
	readonly temperature: number | undefined;
	/** Above 0 to 1. Undefined: 0.95, or as an endpoint has it. */
	readonly topP: number | undefined;
	/** From -1 up; 0 and -1 are all. Undefined: 40, or as an endpoint has it. */
	readonly topK: number | undefined;
	/** From 0 to 1. Undefined: 0.05, or as an endpoint has it. */
	readonly minP: number | undefined;
	/** Tokens of context for each request; undefined is the model's, at most 4096. */
	readonly contextSize: number | undefined;
	/** Which processor or GPU runs the model. */
	readonly gpu: GpuChoice;
	/** Layers on the GPU. */
	readonly gpuLayers: GpuLayers;
	/** Processor threads of a rank; undefined is its share of the host's cores. */
	readonly threads: number | undefined;
	/** Starts of a dead engine in a row, before it is given up. */
	readonly maxRestarts: number;
}

/** @throws {JobError} with exit code 2 for a value that cannot be used. */
export function readSharedOptions(values: OptionValues<SharedOptionName>): SharedOptions {
	return {
		inflight: values.integer("inflight", { least: 1, most: MAX_SLOTS }) ?? 4,
		maxTokens: values.integer("max-tokens", { least: 1 }),
		temperature: values.number("temperature", { least: 0, most: 100 }),
		topP: values.parsed("top-p", "a number above 0 and at most 1", parseShare),
		topK: values.integer("top-k", { least: -1 }),
		minP: values.number("min-p", { least: 0, most: 1 }),
		contextSize: values.integer("ctx-size", { least: 2 }),
		gpu: values.choice("gpu", ["auto", "cuda", "cpu"]) ?? "auto",
		gpuLayers: values.parsed("gpu-layers", "auto, max or a whole number from 0 up", parseLayers) ?? "auto",
		threads: values.integer("threads", { least: 1, most: 1024 }),
		maxRestarts: values.integer("max-restarts", { least: 0, most: 1_000_000 }) ?? 3,
	};
}

/** Names in one value; undefined for a text with an empty one. */
export function parseNames(text: string): readonly string[] | undefined {
	const names = text.split(",").map((name) => name.trim());
	return names.includes("") ? undefined : names;
}

function parseShare(text: string): number | undefined {
	const value = text.trim() === "" ? Number.NaN : Number(text);
	return value > 0 && value <= 1 ? value : undefined;
}

function parseLayers(text: string): GpuLayers | undefined {
	if (text === "auto" || text === "max") return text;
	return /^\d+$/.test(text) ? Number(text) : undefined;
}
