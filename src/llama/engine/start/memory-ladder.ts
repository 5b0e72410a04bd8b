import { EngineError } from "../../errors.ts";
import type { ModelFacts } from "../../model/gguf/validate.ts";
import type { Engine } from "../engine.ts";
import type { GpuLayers } from "../options.ts";

/** What an engine is asked for that can be made smaller. */
export interface MemoryStep {
	readonly contextSize: number;
	readonly gpuLayers: GpuLayers;
}

/** What may be made smaller, because nobody has asked for it. */
export interface MemoryFreedom {
	readonly context: boolean;
	readonly layers: boolean;
}

/** Tokens of the smallest context that is tried: less is of no use. */
const LEAST_CONTEXT = 512;
const PARTS_OF_LAYERS = [3 / 4, 1 / 2, 1 / 4, 0];
/** Layers of a model whose file does not tell: as many as the largest have. */
const MANY_LAYERS = 128;
const GIB = 2 ** 30;

/**
 * The steps that are tried when memory is short, in this order: half the context, and again, down to 512 tokens; then three
 * quarters, half, a quarter and none of the layers on the GPU.
 */
export function* memorySteps(
	first: MemoryStep,
	free: MemoryFreedom,
	facts: Pick<ModelFacts, "layers">,
): Generator<MemoryStep> {
	let { contextSize } = first;
	yield first;
	while (free.context && contextSize / 2 >= LEAST_CONTEXT) {
		contextSize = Math.floor(contextSize / 2);
		yield { ...first, contextSize };
	}
	if (!free.layers) return;
	const layers = (facts.layers ?? MANY_LAYERS) + 1;
	for (const part of PARTS_OF_LAYERS) yield { contextSize, gpuLayers: Math.floor(layers * part) };
}

/**
 * Starts an engine, with less if memory is short (`EngineError.outOfMemory`); its note then says what it had to do
 * without.
 *
 * @throws {EngineError} it does not fit with the least either; names the numbers.
 */
export async function startInMemory(
	steps: Iterable<MemoryStep>,
	slots: number,
	facts: Pick<ModelFacts, "bytes">,
	start: (step: MemoryStep, note?: string) => Promise<Engine>,
): Promise<Engine> {
	let first: MemoryStep | undefined;
	let shortage: { readonly error: EngineError; readonly step: MemoryStep } | undefined;
	for (const step of steps) {
		first ??= step;
		const note =
			step === first
				? undefined
				: `memory was short: ${sizeText(step, slots)} instead of ${sizeText(first, slots)}`;
		try {
			return await start(step, note);
		} catch (error) {
			if (!(error instanceof EngineError) || !error.outOfMemory) throw error;
			shortage = { error, step };
		}
	}
	if (shortage === undefined) throw new Error("There are no steps to try");
	const { error, step } = shortage;
	const size = `${(facts.bytes / GIB).toFixed(2)} GiB`;
	throw new EngineError(
		error.code,
		`${error.message} (out of memory with ${sizeText(step, slots)}, model ${size}: less context, slots or GPU layers need less)`,
		{ cause: error, outOfMemory: true },
	);
}

function sizeText({ contextSize, gpuLayers }: MemoryStep, slots: number): string {
	const context = `${slots} x ${contextSize} tokens of context`;
	return typeof gpuLayers === "number" ? `${context} and ${gpuLayers} GPU layers` : context;
}
