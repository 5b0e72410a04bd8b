import { cpus } from "node:os";
import { EngineError, reasonOf } from "../../../errors.ts";
import type { EngineInfo } from "../../engine.ts";
import { saysOutOfMemory } from "../../llama-log.ts";
import type { LoadRequest } from "../protocol.ts";
import { type Context, type Llama, libraryVersion, type Model } from "./library/library.ts";
import { openLlama } from "./llama.ts";
import { templateOf } from "./prompts/chat-template.ts";
import { Sequence } from "./sequence.ts";
import { Steps } from "./steps.ts";

/** A loaded model, its sequences and what to say about it. */
export interface LoadedModel {
	readonly llama: Llama;
	readonly model: Model;
	readonly context: Context;
	readonly sequences: readonly Sequence[];
	readonly info: Omit<EngineInfo, "note" | "pid">;
}

/** A chunk of this size keeps the pause that a long prompt causes to others near 0.2 s on a processor core. */
const CPU_PREFILL_CHUNK = 64;
const GPU_PREFILL_CHUNK = 512;
const BATCH_SIZE = 512;
/** How long after an error the lines of llama.cpp's log that explain it may arrive. */
const LOG_DELAY_MS = 20;

/** Loads a model with node-llama-cpp's prebuilt binaries: nothing is downloaded or compiled. */
export async function loadModel(
	request: LoadRequest,
	onDevice: (device: EngineInfo["device"]) => void,
): Promise<LoadedModel> {
	const { llama, log } = await openLlama(request.gpu);
	llama.maxThreads = request.threads;
	const device: EngineInfo["device"] = llama.gpu === false ? "cpu" : llama.gpu;
	onDevice(device);
	try {
		const model = await llama.loadModel({
			modelPath: request.model,
			gpuLayers: device === "cpu" ? 0 : request.gpuLayers,
		});
		const prefillChunk = request.prefillChunk ?? (device === "cpu" ? CPU_PREFILL_CHUNK : GPU_PREFILL_CHUNK);
		const context = await model.createContext({
			sequences: request.slots,
			contextSize: request.contextSize,
			batchSize: Math.max(BATCH_SIZE, request.slots),
			threads: request.threads,
		});
		const sequences = await openSequences(context, model, prefillChunk);
		const devices = await llama.getGpuDeviceNames();
		const info: LoadedModel["info"] = {
			kind: "node-llama-cpp",
			device,
			deviceName: devices[0] ?? cpus()[0]?.model.trim() ?? "unknown processor",
			devices,
			gpuLayers: model.gpuLayers,
			slots: request.slots,
			contextSize: request.contextSize,
			threads: request.threads,
			...(llama.llamaCppRelease === undefined
				? {}
				: { version: `${libraryVersion()}, llama.cpp ${llama.llamaCppRelease.release}` }),
			model: request.model,
			chatTemplate: templateOf(model) !== undefined,
		};
		return { llama, model, context, sequences, info };
	} catch (error) {
		await new Promise((resolve) => setTimeout(resolve, LOG_DELAY_MS));
		throw loadError(request, error, log);
	}
}

/**
 * Opens every sequence and evaluates one token: a device that cannot run the model's kernels fails here, and not
 * in the first request.
 */
async function openSequences(context: Context, model: Model, prefillChunk: number): Promise<Sequence[]> {
	const { totalSequences } = context;
	const raw = Array.from({ length: totalSequences }, () => context.getSequence());
	const probe = model.tokens.bos ?? model.tokens.eos ?? model.tokenize("a", false)[0];
	if (probe !== undefined) {
		await raw[0]?.evaluateWithoutGeneratingNewTokens([probe]);
		await raw[0]?.clearHistory();
	}
	const steps = new Steps();
	return raw.map((sequence) => new Sequence(sequence, prefillChunk, steps));
}

const TELLING = /error|fail|unknown|missing|invalid/i;
/** A line that only says that loading failed, which the error says already. */
const NOISE = /failed to load model$/i;

/** "llama_model_load: error loading model: missing tensor" is about a missing tensor. */
function withoutPrefix(line: string): string {
	return line.replace(/^\w+: (error loading model: )?/, "");
}

function loadError(request: LoadRequest, error: unknown, log: readonly string[]): EngineError {
	const words = new Set(log.filter((line) => TELLING.test(line) && !NOISE.test(line)).map(withoutPrefix));
	// node-llama-cpp's own message is the same for every model that llama.cpp refuses.
	const reason = reasonOf(error);
	if (words.size === 0 || !NOISE.test(reason)) words.add(reason);
	const text = [...words].slice(-4).join("; ");
	return new EngineError("ERR_ENGINE_LOAD", `Cannot load model ${request.model}: ${text}`, {
		cause: error,
		outOfMemory: saysOutOfMemory(text),
	});
}
