import { hasNvidiaDriver } from "../../../base/host/nvidia.ts";
import { EngineError } from "../../errors.ts";
import type { ModelFacts } from "../../model/gguf/validate.ts";
import type { Engine } from "../engine.ts";
import { joinNotes } from "../notes.ts";
import { LlamaServerEngine } from "./engine.ts";
import { serverEnvironment } from "./environment.ts";
import { listDevices } from "./gpus.ts";
import { loadServer } from "./load.ts";
import { type LlamaServerOptions, serverPlan } from "./options.ts";
import { checkEngineArgs } from "./own-arguments.ts";

/**
 * Starts an engine on llama-server: a process of its own that loads the model, and that ends with this one.
 *
 * @throws {EngineError} the model cannot be used, the device is missing, or llama-server cannot be run.
 */
export async function startLlamaServer(
	options: LlamaServerOptions,
	facts: ModelFacts,
	note?: string,
): Promise<Engine> {
	const { gpu = "auto" } = options;
	checkEngineArgs(options.engineArgs ?? []);
	// A program that cannot list its devices fails again when the server itself is started, with an error that says so.
	const { devices } =
		gpu === "cpu" ? { devices: [] } : await listDevices(options.llamaServer, serverEnvironment(gpu));
	if (gpu === "cuda" && !devices.some(({ id }) => id.startsWith("CUDA"))) {
		const why = hasNvidiaDriver() ? "it may be built without CUDA" : "this host has no NVIDIA driver";
		throw new EngineError(
			"ERR_DEVICE",
			`Cannot use --gpu cuda: llama-server ${options.llamaServer} found no CUDA device that it can use here (${why}); --gpu auto or cpu runs on the processor`,
		);
	}
	const plan = serverPlan(options, facts, devices.length > 0);
	try {
		return new LlamaServerEngine(await loadServer(plan, devices), note);
	} catch (error) {
		// A process that dies while it loads: with "auto" a GPU whose kernels do not run is no reason to fail, only one to
		// say so.
		const died = error instanceof EngineError && error.code === "ERR_ENGINE_DIED";
		if (gpu !== "auto" || devices.length === 0 || !died) throw error;
		const why = `${devices[0]?.id} could not be used, so the model runs on the processor: ${error.message}`;
		const onCpu = serverPlan({ ...options, gpu: "cpu" }, facts, false);
		return new LlamaServerEngine(await loadServer(onCpu, []), joinNotes(note, why));
	}
}
