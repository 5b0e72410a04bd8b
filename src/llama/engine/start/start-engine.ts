import { checkOptions, type Kinds, listOf, oneOf, TEXT } from "../../../base/check-types.ts";
import { hasNvidiaDriver } from "../../../base/host/nvidia.ts";
import { EngineError } from "../../errors.ts";
import { ensureDemoModel } from "../../model/demo/cache.ts";
import { localModel } from "../../model/download/download.ts";
import { type ModelFacts, validateModel } from "../../model/gguf/validate.ts";
import type { Engine } from "../engine.ts";
import { findLlamaServer, noLlamaServer } from "../llama-server/find.ts";
import { listDevices } from "../llama-server/gpus.ts";
import { joinNotes } from "../notes.ts";
import { checkSlots, defaultContext, ENGINE_OPTIONS, type EngineOptions } from "../options.ts";
import { positive } from "../request.ts";
import { checkContextMemory } from "./context-memory.ts";
import { memorySteps, startInMemory } from "./memory-ladder.ts";

/** How to start an engine, and which. */
export interface StartEngineOptions extends Omit<EngineOptions, "model"> {
	/** Path of a GGUF file (of a split model, its first part), `hf:USER/REPO[:QUANT]`, or the URL of one. @default tsmpi's demo model, whose text means nothing */
	readonly model?: string | undefined;
	/** "auto" takes llama-server where one is found that can use the GPU, else node-llama-cpp. @default "auto" */
	readonly engine?: "auto" | "node-llama-cpp" | "llama-server" | undefined;
	/** Path of llama-server. @default LLAMA_SERVER, PATH, or one that `npm run build:llama-server` has built */
	readonly llamaServer?: string | undefined;
	/** Arguments for llama-server, after all others. @default none */
	readonly engineArgs?: readonly string[] | undefined;
}

/** What `startEngine` takes, for those who add to it. */
export const START_ENGINE_OPTIONS: Kinds<StartEngineOptions> = {
	...ENGINE_OPTIONS,
	engine: oneOf("auto", "node-llama-cpp", "llama-server"),
	llamaServer: TEXT,
	engineArgs: listOf("a list of strings", TEXT),
};

type Starter = (options: EngineOptions, note: string | undefined) => Promise<Engine>;

/**
 * Starts a llama.cpp engine: a process of its own that loads the model, and that ends with this one. Resolves once the
 * model is loaded. Where memory is short, what was left to "auto" is made smaller: the context first, then the layers
 * on the GPU; the engine's note then says so.
 *
 * @throws {EngineError} the model cannot be used, the device or the engine is missing, or memory does not suffice.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 * @throws {RangeError} a number is out of its range.
 */
export async function startEngine(options: StartEngineOptions = {}): Promise<Engine> {
	checkOptions("start an engine", options, START_ENGINE_OPTIONS);
	const model =
		options.model === undefined ? await ensureDemoModel() : await localModel(options.model, sayOnStderr);
	// A model of half a megabyte only loses time by waiting for a second thread.
	const threads = options.threads ?? (options.model === undefined ? 1 : undefined);
	const facts = await validateModel(model);
	const { start, note } = await chooseEngine(options, facts);
	const { gpu = "auto", gpuLayers = "auto", contextSize } = options;
	const slots = checkSlots(options.slots);
	const first = { contextSize: positive("contextSize", contextSize ?? defaultContext(facts)), gpuLayers };
	checkContextMemory(model, { contextSize: first.contextSize, slots }, facts);
	const free = {
		context: contextSize === undefined,
		layers: gpuLayers === "auto" && gpu !== "cpu" && hasNvidiaDriver(),
	};
	return await startInMemory(memorySteps(first, free, facts), slots, facts, (step, shortage) =>
		start({ ...options, model, threads, ...step }, joinNotes(note, shortage)),
	);
}

function sayOnStderr(line: string): void {
	process.stderr.write(`${line}\n`);
}

/** Loads the module of the engine that is used, and of no other. */
async function chooseEngine(
	options: StartEngineOptions,
	facts: ModelFacts,
): Promise<{ readonly start: Starter; readonly note?: string }> {
	const { engine = "auto", engineArgs = [] } = options;
	const onServer = async (llamaServer: string): Promise<Starter> => {
		const { startLlamaServer } = await import("../llama-server/start.ts");
		return (changed, note) => startLlamaServer({ ...changed, llamaServer, engineArgs }, facts, note);
	};
	const inProcess = async (): Promise<Starter> => {
		if (engineArgs.length > 0) {
			throw new EngineError(
				"ERR_ENGINE_LOAD",
				"Cannot pass --engine-args: the engine node-llama-cpp takes none",
			);
		}
		const { startNodeLlamaCpp } = await import("../node-llama-cpp/start.ts");
		return (changed, note) => startNodeLlamaCpp(changed, facts, note);
	};
	if (engine === "node-llama-cpp") return { start: await inProcess() };
	const server = findLlamaServer(options.llamaServer);
	if (engine === "llama-server" || isNamed(options)) {
		if (server === undefined) throw noLlamaServer();
		return { start: await onServer(server) };
	}
	if (server === undefined || !isInstalled()) {
		return { start: await (server === undefined ? inProcess() : onServer(server)) };
	}
	const useless = await whyUseless(server, options.gpu);
	if (useless === undefined || engineArgs.length > 0) return { start: await onServer(server) };
	return { start: await inProcess(), note: `llama-server ${server} was not used: ${useless}` };
}

/** Somebody has said which llama-server to take. */
function isNamed({ llamaServer }: StartEngineOptions): boolean {
	return llamaServer !== undefined || (process.env.LLAMA_SERVER ?? "") !== "";
}

/** Why a llama-server that was merely found is not the best engine. */
async function whyUseless(server: string, gpu: EngineOptions["gpu"]): Promise<string | undefined> {
	const { runs, devices } = await listDevices(server, process.env);
	if (!runs) return "it cannot be run";
	if (gpu === "cpu" || !hasNvidiaDriver() || devices.some(({ id }) => id.startsWith("CUDA")))
		return undefined;
	return "it cannot use the GPU";
}

function isInstalled(): boolean {
	try {
		import.meta.resolve("node-llama-cpp");
		return true;
	} catch {
		return false;
	}
}
