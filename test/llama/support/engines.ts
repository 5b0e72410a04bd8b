import { textPieces } from "../../../src/llama/engine/complete.ts";
import type { Engine, EngineInfo, GenerateEvent, GenerateOptions, Prompt } from "../../../src/llama/index.ts";
import { EngineError } from "../../../src/llama/index.ts";

export function engineInfo(changes: Partial<EngineInfo> = {}): EngineInfo {
	return {
		kind: "node-llama-cpp",
		device: "cpu",
		deviceName: "Some CPU",
		devices: [],
		gpuLayers: 0,
		slots: 4,
		contextSize: 2048,
		threads: 2,
		...{ model: "m.gguf", chatTemplate: false },
		...changes,
	};
}

/** An engine without a model, for what only needs one to answer, to fail or to die. */
export class EchoEngine implements Engine {
	readonly info: EngineInfo = engineInfo();
	failure: EngineError | undefined;
	closed = false;
	/** Prompts that are being answered, and the most there were at the same time. */
	running = 0;
	mostRunning = 0;

	async *generate(prompt: Prompt, options: GenerateOptions = {}): AsyncGenerator<GenerateEvent> {
		if (this.failure !== undefined) throw this.failure;
		this.running += 1;
		this.mostRunning = Math.max(this.mostRunning, this.running);
		try {
			await new Promise((resolve) => setImmediate(resolve));
			if (prompt === "bad") throw new EngineError("ERR_PROMPT", "bad\nprompt");
			const text = `${prompt}:${options.seed}`;
			yield { type: "token", text };
			const usage = { promptTokens: 2, cachedTokens: 1, completionTokens: 3 };
			const timings = { queueMs: 0.5, ttftMs: 1, totalMs: 3.0004 };
			yield { type: "done", fullText: text, finishReason: "length", usage, timings };
		} finally {
			this.running -= 1;
		}
	}

	stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string> {
		return textPieces(this, prompt, options);
	}

	async applyTemplate(): Promise<string> {
		return "";
	}

	async tokenize(): Promise<number[]> {
		return [1, 2];
	}

	async detokenize(): Promise<string> {
		return "";
	}

	async embedMany(texts: readonly (string | readonly number[])[]): Promise<Float32Array[]> {
		if (this.failure !== undefined) throw this.failure;
		return texts.map(() => Float32Array.of(1, 0));
	}

	async ready(): Promise<void> {
		if (this.failure !== undefined) throw this.failure;
	}

	async countTokens(): Promise<number> {
		if (this.failure !== undefined) throw this.failure;
		return 2;
	}

	async embed(): Promise<Float32Array> {
		if (this.failure !== undefined) throw this.failure;
		return Float32Array.of(1, 0);
	}

	async close(): Promise<void> {
		this.closed = true;
	}

	die(): void {
		this.failure = new EngineError("ERR_ENGINE_DIED", "it died");
	}
}
