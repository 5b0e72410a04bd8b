/** What a rank and its engine host tell each other. The host sends arrays: all that happened in one turn of its loop. */

import type { EngineErrorData } from "../../errors.ts";
import type { EngineInfo, FinishReason, Usage } from "../engine.ts";
import type { GpuChoice, GpuLayers } from "../options.ts";
import type { Prompt } from "../prompt.ts";
import type { CheckedRequest } from "../request.ts";

/** How to load the model. */
export interface LoadRequest {
	readonly type: "load";
	readonly model: string;
	readonly gpu: GpuChoice;
	readonly gpuLayers: GpuLayers;
	readonly slots: number;
	readonly contextSize: number;
	readonly threads: number;
	/** Prompt tokens that are computed in one go, or undefined for what suits the device. */
	readonly prefillChunk: number | undefined;
}

export interface GenerateRequest extends CheckedRequest {
	readonly type: "generate";
	readonly id: number;
}

export type RankToHost =
	/** A model will follow, for this device. */
	| { readonly type: "prepare"; readonly gpu: GpuChoice }
	| LoadRequest
	| GenerateRequest
	| { readonly type: "abort"; readonly id: number }
	| { readonly type: "count"; readonly id: number; readonly prompt: Prompt }
	| { readonly type: "embed"; readonly id: number; readonly text: string }
	| { readonly type: "close" };

export type HostToRank =
	/** llama.cpp is up; loading starts on this device. */
	| { readonly type: "device"; readonly device: EngineInfo["device"] }
	| { readonly type: "loaded"; readonly info: Omit<EngineInfo, "note" | "pid"> }
	| { readonly type: "failed"; readonly error: EngineErrorData }
	/** The request's first token was sampled, after this time in the queue. */
	| { readonly type: "first"; readonly id: number; readonly queueMs: number }
	| { readonly type: "text"; readonly id: number; readonly text: string }
	| { readonly type: "done"; readonly id: number; readonly finishReason: FinishReason; readonly usage: Usage }
	| { readonly type: "error"; readonly id: number; readonly error: EngineErrorData }
	| { readonly type: "counted"; readonly id: number; readonly tokens: number }
	| { readonly type: "embedded"; readonly id: number; readonly vector: readonly number[] };
