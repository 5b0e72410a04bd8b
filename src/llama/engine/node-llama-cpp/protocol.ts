/** What a rank and its engine host tell each other. The host sends arrays: all that happened in one turn of its loop. */

import type { EngineErrorData } from "../../errors.ts";
import type { Completion, EngineInfo, TokenEvent } from "../engine.ts";
import type { GpuChoice, GpuLayers } from "../options.ts";
import type { ChatMessage, Prompt } from "../prompt.ts";
import type { CheckedRequest } from "../request.ts";
import type { ChatOptions } from "../sampling.ts";

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

/** Something small that the host is asked for, and what it answers with. */
export interface Calls {
	readonly count: { readonly ask: { readonly prompt: Prompt }; readonly answer: number };
	readonly embed: {
		readonly ask: { readonly texts: readonly (string | readonly number[])[] };
		readonly answer: { readonly vectors: readonly (readonly number[])[]; readonly promptTokens: number };
	};
	readonly template: {
		readonly ask: { readonly messages: readonly ChatMessage[]; readonly chat: ChatOptions };
		readonly answer: string;
	};
	readonly tokenize: {
		readonly ask: { readonly text: string; readonly addSpecial: boolean };
		readonly answer: number[];
	};
	readonly detokenize: { readonly ask: { readonly tokens: readonly number[] }; readonly answer: string };
}

/** One of the calls, as it is sent. */
export type Call = { [Name in keyof Calls]: { readonly name: Name } & Calls[Name]["ask"] }[keyof Calls];

export type RankToHost =
	/** A model will follow, for this device. */
	| { readonly type: "prepare"; readonly gpu: GpuChoice }
	| LoadRequest
	| GenerateRequest
	| { readonly type: "abort"; readonly id: number }
	| { readonly type: "call"; readonly id: number; readonly call: Call }
	| { readonly type: "close" };

export type HostToRank =
	/** llama.cpp is up; loading starts on this device. */
	| { readonly type: "device"; readonly device: EngineInfo["device"] }
	| { readonly type: "loaded"; readonly info: Omit<EngineInfo, "note" | "pid"> }
	| { readonly type: "failed"; readonly error: EngineErrorData }
	/** The request's first token was sampled, after this time in the queue. */
	| { readonly type: "first"; readonly id: number; readonly queueMs: number }
	| ({ readonly type: "text"; readonly id: number } & Omit<TokenEvent, "type">)
	| { readonly type: "reasoning"; readonly id: number; readonly text: string }
	| ({ readonly type: "done"; readonly id: number } & RequestEnd)
	| { readonly type: "error"; readonly id: number; readonly error: EngineErrorData }
	| { readonly type: "answer"; readonly id: number; readonly value: unknown };

/** How a request ended well. Its `logprobs` are those that no piece of text has had. */
export type RequestEnd = Pick<Completion, "finishReason" | "limit" | "logprobs" | "stopText" | "usage">;
