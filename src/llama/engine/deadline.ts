import { EngineError } from "../errors.ts";
import { checkEmbed, checkEmbedMany, checkGenerate } from "./check.ts";
import { textPieces } from "./complete.ts";
import type {
	EmbedOptions,
	Engine,
	EngineInfo,
	GenerateEvent,
	GenerateOptions,
	TokenizeOptions,
} from "./engine.ts";
import type { ChatMessage, Prompt } from "./prompt.ts";
import type { ChatOptions } from "./sampling.ts";

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

	stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string> {
		return textPieces(this, prompt, options);
	}

	countTokens(prompt: Prompt): Promise<number> {
		return this.#engine.countTokens(prompt);
	}

	applyTemplate(messages: readonly ChatMessage[], options?: ChatOptions): Promise<string> {
		return this.#engine.applyTemplate(messages, options);
	}

	tokenize(text: string, options?: TokenizeOptions): Promise<number[]> {
		return this.#engine.tokenize(text, options);
	}

	detokenize(tokens: readonly number[]): Promise<string> {
		return this.#engine.detokenize(tokens);
	}

	async embed(text: string | readonly number[], options: EmbedOptions = {}): Promise<Float32Array> {
		checkEmbed(text, options);
		return await this.#limited(options.signal, (signal) => this.#engine.embed(text, { ...options, signal }));
	}

	async embedMany(
		texts: readonly (string | readonly number[])[],
		options: EmbedOptions = {},
	): Promise<Float32Array[]> {
		checkEmbedMany(texts, options);
		return await this.#limited(options.signal, (signal) =>
			this.#engine.embedMany(texts, { ...options, signal }),
		);
	}

	ready(): Promise<void> {
		return this.#engine.ready();
	}

	async figures(): Promise<Readonly<Record<string, number>>> {
		return (await this.#engine.figures?.()) ?? {};
	}

	close(): Promise<void> {
		return this.#engine.close();
	}

	async #limited<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
		const deadline = this.#deadline(signal);
		try {
			return await work(deadline.signal);
		} finally {
			deadline.clear();
		}
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
