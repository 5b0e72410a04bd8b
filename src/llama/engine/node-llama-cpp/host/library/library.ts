/**
 * What is used of node-llama-cpp, in types of our own: its declarations do not pass a strict compiler, and programs
 * that only pass messages need not install it.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

export type Token = number;

export interface Library {
	getLlama(options: {
		gpu: false | "cuda" | { type: "auto"; exclude: readonly string[] };
		build: "never";
		skipDownload: true;
		progressLogs: false;
		logger: (level: string, message: string) => void;
	}): Promise<Llama>;
}

export interface Llama {
	/** False on the processor. */
	readonly gpu: false | "cuda" | "metal" | "vulkan";
	/** Processor threads for all models together. */
	maxThreads: number;
	loadModel(options: { modelPath: string; gpuLayers: "auto" | "max" | number }): Promise<Model>;
	/** Of the llama.cpp that the binary was built from. */
	readonly llamaCppRelease?: { readonly release: string };
	getGpuDeviceNames(): Promise<string[]>;
	/** Throws if llama.cpp cannot parse it. */
	createGrammar(options: { grammar: string }): Promise<Grammar>;
}

/** A parsed grammar. */
export type Grammar = { readonly grammar: string };

/** Classes of the package that few requests need. */
export interface Extras {
	readonly LlamaGrammarEvaluationState: new (options: { model: Model; grammar: Grammar }) => object;
	readonly TokenBias: { for(model: Model): object };
}

export interface Model {
	readonly gpuLayers: number;
	readonly tokens: {
		readonly bos: Token | null;
		readonly eos: Token | null;
		readonly bosString: string | null;
		readonly eosString: string | null;
		readonly shouldPrependBosToken: boolean;
	};
	readonly fileInfo: {
		readonly metadata: {
			readonly tokenizer?: {
				readonly chat_template?: unknown;
				readonly ggml?: { readonly tokens?: readonly string[] };
			};
		};
	};
	createContext(options: {
		sequences: number;
		contextSize: number;
		batchSize: number;
		threads: number;
	}): Promise<Context>;
	createEmbeddingContext(options: { contextSize: number; threads: number }): Promise<EmbeddingContext>;
	tokenize(text: string, specialTokens: boolean): Token[];
	detokenize(tokens: readonly Token[], specialTokens: boolean, lastTokens: readonly Token[]): string;
	isEogToken(token: Token): boolean;
	iterateAllTokens(): Iterable<Token>;
}

export interface Context {
	readonly totalSequences: number;
	getSequence(): ContextSequence;
}

export interface EmbeddingContext {
	getEmbeddingFor(tokens: readonly Token[]): Promise<{ readonly vector: readonly number[] }>;
}

export interface ContextSequence {
	/** Number of tokens in the sequence's memory. */
	readonly nextTokenIndex: number;
	readonly tokenMeter: {
		getState(): MeterState;
		diff(before: MeterState): MeterState;
	};
	compareContextTokens(tokens: readonly Token[]): { firstDifferentIndex: number };
	adaptStateToTokens(tokens: readonly Token[], allowShift: boolean): Promise<void>;
	evaluateWithoutGeneratingNewTokens(tokens: readonly Token[]): Promise<void>;
	evaluate(tokens: readonly Token[], options: EvaluateOptions): AsyncGenerator<Token, void, undefined>;
	evaluateWithMetadata(
		tokens: readonly Token[],
		metadata: { probabilities: true },
		options: EvaluateOptions,
	): AsyncGenerator<Sampled, void, undefined>;
	clearHistory(): Promise<void>;
}

/** How a sequence goes on. */
export interface EvaluateOptions {
	readonly temperature: number;
	readonly seed: number;
	readonly topK: number;
	readonly topP: number;
	readonly minP: number;
	readonly repeatPenalty?: {
		readonly punishTokens: () => readonly Token[];
		readonly penalty: number;
		readonly presencePenalty: number;
		readonly frequencyPenalty: number;
	};
	readonly tokenBias?: () => object;
	readonly grammarEvaluationState?: object;
	readonly yieldEogToken: boolean;
	readonly contextShift: { readonly strategy: () => never };
}

/** A token and the probability of every token in its place, the likeliest first. */
export interface Sampled {
	readonly token: Token;
	readonly probabilities?: ReadonlyMap<Token, number>;
}

interface MeterState {
	readonly usedInputTokens: number;
}

const NAME: string = "node-llama-cpp";

/** Version of node-llama-cpp, as its package says. */
export function libraryVersion(): string {
	const path = fileURLToPath(new URL("../package.json", import.meta.resolve(NAME)));
	return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

/** Of node-llama-cpp's own files the one with `getLlama`: it loads a fifth faster than all that the package exports. */
const GET_LLAMA_FILE = "./bindings/getLlama.js";

/**
 * Loads node-llama-cpp, as far as `getLlama` needs it; all of it, if it is not built as it was.
 *
 * @param index Its entry point. By default the one that is found from where this file stands.
 */
export async function importLibrary(index: string = import.meta.resolve(NAME)): Promise<Library> {
	return await unoptimised(async () => {
		try {
			const part: Partial<Library> = await import(new URL(GET_LLAMA_FILE, index).href);
			if (part.getLlama !== undefined) return { getLlama: part.getLlama };
		} catch {
			// All of it will say what is wrong with it.
		}
		return (await import(index)) as Library;
	});
}

/** All of node-llama-cpp; `getLlama` alone loads faster. */
export async function importExtras(): Promise<Extras> {
	return (await import(import.meta.resolve(NAME))) as Extras;
}

/**
 * Node 20 finds what CommonJS modules export by a parser in JavaScript. V8 would compile that for its full speed, which
 * takes longer than all that it has to parse, and a core that the host's other ranks need.
 */
async function unoptimised<T>(work: () => Promise<T>): Promise<T> {
	if (!process.version.startsWith("v20.")) return await work();
	setFlagsFromString("--no-opt");
	try {
		return await work();
	} finally {
		setFlagsFromString("--opt");
	}
}
