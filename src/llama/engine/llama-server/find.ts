import { lookForLlamaServer } from "../../../base/host/llama-server.ts";
import { EngineError } from "../../errors.ts";

/**
 * Path of the llama-server to use: the one that is given, or that LLAMA_SERVER names; else the first on PATH; else one
 * that `npm run build:llama-server` has built, for CUDA first where there is an NVIDIA driver.
 *
 * @throws {EngineError} what is given or named cannot be run.
 */
export function findLlamaServer(
	given?: string,
	env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
	const found = lookForLlamaServer(given, env);
	if ("path" in found) return found.path;
	const { named, source, why } = found;
	throw new EngineError("ERR_ENGINE_MISSING", `Cannot run llama-server ${named} (from ${source}): ${why}`);
}

/** The error of who asked for llama-server where there is none. */
export function noLlamaServer(): EngineError {
	return new EngineError(
		"ERR_ENGINE_MISSING",
		"Cannot find llama-server: neither --llama-server nor LLAMA_SERVER name one, and none is on PATH; `npm run build:llama-server` builds one",
	);
}
