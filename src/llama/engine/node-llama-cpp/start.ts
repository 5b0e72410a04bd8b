import { EngineError } from "../../errors.ts";
import type { ModelFacts } from "../../model/gguf/validate.ts";
import type { Engine } from "../engine.ts";
import { joinNotes } from "../notes.ts";
import type { EngineOptions } from "../options.ts";
import { NodeLlamaCppEngine } from "./engine.ts";
import { loadRequest } from "./load-request.ts";

/**
 * Starts an engine on node-llama-cpp: a process of its own that loads the model, and that ends with this one.
 *
 * @throws {EngineError} the model cannot be used, the device is missing, or node-llama-cpp is not installed.
 */
export async function startNodeLlamaCpp(
	options: EngineOptions,
	facts: ModelFacts,
	note?: string,
): Promise<Engine> {
	const request = loadRequest(options, facts);
	const engine = new NodeLlamaCppEngine(request);
	try {
		return await engine.load(note);
	} catch (error) {
		// A process that dies while it loads: with "auto" a GPU whose kernels do not run is no reason to fail, only one to
		// say so.
		const died = error instanceof EngineError && error.code === "ERR_ENGINE_DIED";
		if (request.gpu !== "auto" || !died || engine.device === "cpu") throw error;
		const why = `${engine.device} could not be used, so the model runs on the processor: ${error.message}`;
		return await new NodeLlamaCppEngine({ ...request, gpu: "cpu" }).load(joinNotes(note, why));
	}
}
