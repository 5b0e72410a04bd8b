import { EngineError } from "../../errors.ts";
import type { Engine, EngineInfo } from "../engine.ts";
import { DEFAULT_SLOTS } from "../options.ts";

/**
 * Stands for an endpoint that did not answer, as an engine that has died: `RestartingEngine` asks again when a request
 * comes, and gives it up as it does other engines.
 */
export class DownEndpoint implements Engine {
	readonly info: EngineInfo;
	readonly failure: EngineError;

	/** @param why What was wrong when it was asked. */
	constructor(endpoint: string, { model = "unknown", slots = DEFAULT_SLOTS }: Named, why: EngineError) {
		this.failure = new EngineError("ERR_ENGINE_DIED", why.message, { cause: why });
		this.info = {
			...{
				kind: "endpoint",
				device: "unknown",
				deviceName: new URL(endpoint).host,
				devices: [],
				gpuLayers: 0,
			},
			...{ slots, contextSize: 0, threads: 0, model, note: `down at the start: ${why.message}` },
		};
	}

	// biome-ignore lint/correctness/useYield: it has nothing to give
	async *generate(): AsyncGenerator<never, void, undefined> {
		throw this.failure;
	}

	// biome-ignore lint/correctness/useYield: it has nothing to give
	async *stream(): AsyncGenerator<never, void, undefined> {
		throw this.failure;
	}

	async countTokens(): Promise<number> {
		throw this.failure;
	}

	async applyTemplate(): Promise<string> {
		throw this.failure;
	}

	async tokenize(): Promise<number[]> {
		throw this.failure;
	}

	async detokenize(): Promise<string> {
		throw this.failure;
	}

	async embed(): Promise<Float32Array> {
		throw this.failure;
	}

	async embedMany(): Promise<Float32Array[]> {
		throw this.failure;
	}

	async ready(): Promise<void> {
		throw this.failure;
	}

	async close(): Promise<void> {}
}

interface Named {
	readonly model?: string | undefined;
	readonly slots?: number | undefined;
}
