import type { GpuChoice } from "../options.ts";

/**
 * The environment of a llama-server: the rank's, without the variables that would change what its arguments say.
 *
 * The key travels here because arguments can be read by every user of the host.
 */
export function serverEnvironment(gpu: GpuChoice, apiKey?: string): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(
		([name]) => !/^(LLAMA_ARG_|LLAMA_API_KEY$|AIP_)/.test(name),
	);
	return {
		...Object.fromEntries(kept),
		// Newer servers then tell how many layers went to the GPU.
		LLAMA_ARG_LOG_VERBOSITY: "4",
		...(apiKey === undefined ? {} : { LLAMA_API_KEY: apiKey }),
		// A server built for CUDA would take a part of the GPU's memory even for nothing.
		...(gpu === "cpu" ? { CUDA_VISIBLE_DEVICES: "-1" } : {}),
	};
}
