import { hasNvidiaDriver } from "../../../../base/host/nvidia.ts";
import { EngineError, reasonOf } from "../../../errors.ts";
import { saysOutOfMemory } from "../../llama-log.ts";
import type { GpuChoice } from "../../options.ts";
import { importLibrary, type Library, type Llama } from "./library/library.ts";
import { withoutSelfTest } from "./self-test.ts";

/** llama.cpp, and the last warnings and errors in its log. */
export interface OpenLlama {
	readonly llama: Llama;
	readonly log: readonly string[];
}

const KEPT_LOG_LINES = 30;

let opening: Promise<OpenLlama> | undefined;

/**
 * Begins with what is the same for every model. A GPU is left alone: its ranks use it one after the other, and this
 * one's turn has not come. What fails here fails again in `openLlama`, which tells.
 */
export function prepareLlama(gpu: GpuChoice): void {
	const usesGpu = gpu === "cuda" || (gpu === "auto" && hasNvidiaDriver());
	if (!usesGpu) opening = open(gpu);
	const begun: Promise<unknown> = opening ?? openLibrary();
	begun.catch(() => {});
}

/**
 * llama.cpp on the device that is asked for, as `prepareLlama` was told before, if it was.
 *
 * @throws {EngineError} node-llama-cpp is missing, or the device is.
 */
export async function openLlama(gpu: GpuChoice): Promise<OpenLlama> {
	return await (opening ?? open(gpu));
}

/** Takes node-llama-cpp's prebuilt binaries: nothing is downloaded or compiled. */
async function open(gpu: GpuChoice): Promise<OpenLlama> {
	const log: string[] = [];
	const library = await openLibrary();
	try {
		const llama = await withoutSelfTest(() =>
			library.getLlama({
				gpu: gpu === "cpu" ? false : gpu === "cuda" ? "cuda" : { type: "auto", exclude: ["vulkan"] },
				build: "never",
				skipDownload: true,
				progressLogs: false,
				logger: (level, message) => {
					if (level === "error" || level === "fatal" || level === "warn") log.push(message.trim());
					if (log.length > KEPT_LOG_LINES) log.shift();
				},
			}),
		);
		return { llama, log };
	} catch (error) {
		throw deviceError(gpu, error);
	}
}

async function openLibrary(): Promise<Library> {
	try {
		return await importLibrary();
	} catch (error) {
		const missing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
		throw new EngineError(
			"ERR_ENGINE_MISSING",
			missing
				? "Cannot start an engine: node-llama-cpp is not installed; run: npm install node-llama-cpp"
				: `Cannot start an engine: node-llama-cpp does not load: ${reasonOf(error)}`,
			{ cause: error },
		);
	}
}

function deviceError(gpu: GpuChoice, error: unknown): EngineError {
	const reason = reasonOf(error);
	if (gpu === "cuda") {
		return new EngineError(
			"ERR_DEVICE",
			`Cannot use --gpu cuda: node-llama-cpp found no CUDA device that it can use here (${reason}); --gpu auto or cpu runs on the processor`,
			{ cause: error },
		);
	}
	return new EngineError("ERR_ENGINE_LOAD", `Cannot start llama.cpp: ${reason}`, {
		cause: error,
		outOfMemory: saysOutOfMemory(reason),
	});
}
