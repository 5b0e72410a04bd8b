import { EngineError } from "../errors.ts";
import { checkEmbed, checkGenerate } from "./check.ts";
import type { EmbedOptions, Engine, EngineInfo, GenerateEvent, GenerateOptions, Prompt } from "./engine.ts";

/** An engine whose requests end as errors when they take too long, their time in the queue included. */
export class DeadlineEngine implements Engine {
	readonly #engine: Engine;
	readonly #seconds: number;

	/** @param seconds That a request may take. */
	constructor(engine: Engine, seconds: number) {
		this.#engine = engine;
		this.#seconds = seconds;
	}

	get info(): EngineInfo {
		return this.#engine.info;
	}

	get failure(): EngineError | undefined {
		return this.#engine.failure;
	}

	async *generate(
		prompt: Prompt,
		options: GenerateOptions = {},
	): AsyncGenerator<GenerateEvent, void, undefined> {
		checkGenerate(prompt, options);
		const deadline = this.#deadline(options.signal);
		try {
			yield* this.#engine.generate(prompt, { ...options, signal: deadline.signal });
		} finally {
			deadline.clear();
		}
	}

	countTokens(prompt: Prompt): Promise<number> {
		return this.#engine.countTokens(prompt);
	}

	async embed(text: string, options: EmbedOptions = {}): Promise<Float32Array> {
		checkEmbed(text, options);
		const deadline = this.#deadline(options.signal);
		try {
			return await this.#engine.embed(text, { ...options, signal: deadline.signal });
		} finally {
			deadline.clear();
		}
	}

	close(): Promise<void> {
		return this.#engine.close();
	}

	#deadline(signal: AbortSignal | undefined): { readonly signal: AbortSignal; clear(): void } {
		const late = new AbortController();
		const timer = setTimeout(() => {
			const reason = `Cannot finish a request: it took longer than ${this.#seconds} s`;
			late.abort(new EngineError("ERR_TIMEOUT", reason));
		}, this.#seconds * 1000);
		return {
			signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
			clear: () => clearTimeout(timer),
		};
	}
}
