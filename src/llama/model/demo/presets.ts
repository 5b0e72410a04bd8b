/** The models that tsmpi can make. */
export type PresetName = "tiny" | "cycle" | "cycle-eos" | "perf" | "llama-1b";

/** Shape of a model of the llama architecture. */
export interface ModelShape {
	/**
	 * "random": text that depends on the prompt and means nothing. "cycle": every character is followed by the next
	 * printable one, so tests know the text in advance.
	 */
	readonly weights: "random" | "cycle";
	readonly layers: number;
	readonly width: number;
	readonly feedForward: number;
	readonly heads: number;
	readonly keyValueHeads: number;
	readonly vocabulary: "byte" | "syllables" | "large";
	readonly type: "f32" | "f16";
	readonly contextLength: number;
	readonly seed: number;
	/** Spread of the logits: higher is more certain of itself. */
	readonly gain: number;
	/** Added to the logit of the end of text. */
	readonly endBias: number;
	/** Cycle: "~" ends the text instead of being followed by a space. */
	readonly ends: boolean;
}

const SMALL = {
	vocabulary: "byte",
	type: "f32",
	contextLength: 2048,
	seed: 1,
	endBias: -8,
	ends: false,
} as const;
const CYCLE = {
	...SMALL,
	weights: "cycle",
	layers: 1,
	width: 128,
	feedForward: 64,
	heads: 2,
	keyValueHeads: 1,
	gain: 1,
} as const;

export const PRESETS: Readonly<Record<PresetName, ModelShape>> = {
	/** 120 thousand parameters, half a megabyte: made in a few milliseconds. */
	tiny: {
		...SMALL,
		weights: "random",
		layers: 2,
		width: 64,
		feedForward: 128,
		heads: 4,
		keyValueHeads: 2,
		gain: 4,
	},
	cycle: CYCLE,
	"cycle-eos": { ...CYCLE, ends: true },
	/** 134 million parameters, 269 MB: for benchmarks. */
	perf: {
		weights: "random",
		layers: 12,
		width: 768,
		feedForward: 2048,
		heads: 12,
		keyValueHeads: 12,
		vocabulary: "syllables",
		type: "f16",
		contextLength: 8192,
		seed: 1,
		gain: 4,
		endBias: -40,
		ends: false,
	},
	/** Llama 3.2 1B's shape, with an output matrix of its own: 1.5 billion parameters, 3 GB. For benchmarks on GPUs. */
	"llama-1b": {
		weights: "random",
		layers: 16,
		width: 2048,
		feedForward: 8192,
		heads: 32,
		keyValueHeads: 8,
		vocabulary: "large",
		type: "f16",
		contextLength: 131_072,
		seed: 1,
		gain: 4,
		endBias: -40,
		ends: false,
	},
};
