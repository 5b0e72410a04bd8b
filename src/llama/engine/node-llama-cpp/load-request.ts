import { availableParallelism } from "node:os";
import type { ModelFacts } from "../../model/gguf/validate.ts";
import { checkSlots, defaultContext, type EngineOptions } from "../options.ts";
import { positive } from "../request.ts";
import type { LoadRequest } from "./protocol.ts";

/** Fills in what was left open. */
export function loadRequest(options: EngineOptions, facts: ModelFacts): LoadRequest {
	const { model, gpu = "auto", gpuLayers = "auto", prefillChunk } = options;
	const slots = checkSlots(options.slots);
	return {
		type: "load",
		model,
		gpu,
		gpuLayers,
		slots,
		contextSize: positive("contextSize", options.contextSize ?? defaultContext(facts)),
		threads: positive("threads", options.threads ?? availableParallelism()),
		prefillChunk: prefillChunk === undefined ? undefined : positive("prefillChunk", prefillChunk),
	};
}
