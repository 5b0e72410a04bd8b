import type { EmbedOptions, Engine, EngineInfo, GenerateEvent, GenerateOptions, Prompt } from "./engine.ts";
import type { EngineError } from "./errors.ts";

/**
 * An engine that is started again after its death, a limited number of times. The requests that ran when it died
 * are rejected; later ones run on the new engine.
 */
export class RestartingEngine implements Engine {
	readonly #start: () => Promise<Engine>;
	#engine: Engine;
	#restarts: number;
	#starting: Promise<Engine> | undefined;
	/** Why the engine was started again. */
	#note: string | undefined;

	constructor(engine: Engine, start: () => Promise<Engine>, restarts = 1) {
		this.#engine = engine;
		this.#start = start;
		this.#restarts = restarts;
	}

	/** Its note tells of a death, whether the engine came back or not. */
	get info(): EngineInfo {
		const { info, failure } = this.#engine;
		const dead =
			failure?.code === "ERR_ENGINE_DIED" ? `not running at the end: ${failure.message}` : undefined;
		const notes = [info.note, this.#note, dead].filter((note) => note !== undefined);
		return notes.length === 0 ? info : { ...info, note: notes.join("; ") };
	}

	get failure(): EngineError | undefined {
		return this.#restarts > 0 ? undefined : this.#engine.failure;
	}

	async *generate(prompt: Prompt, options?: GenerateOptions): AsyncGenerator<GenerateEvent, void, undefined> {
		yield* (await this.#living()).generate(prompt, options);
	}

	async countTokens(prompt: Prompt): Promise<number> {
		return (await this.#living()).countTokens(prompt);
	}

	async embed(text: string, options?: EmbedOptions): Promise<Float32Array> {
		return (await this.#living()).embed(text, options);
	}

	async close(): Promise<void> {
		this.#restarts = 0;
		await this.#starting?.catch(() => {});
		await this.#engine.close();
	}

	async #living(): Promise<Engine> {
		if (this.#starting !== undefined) return this.#starting;
		const { failure } = this.#engine;
		if (failure?.code !== "ERR_ENGINE_DIED" || this.#restarts === 0) return this.#engine;
		this.#restarts -= 1;
		this.#starting = this.#restart();
		return this.#starting;
	}

	async #restart(): Promise<Engine> {
		const cause = this.#engine.failure?.message;
		try {
			this.#engine = await this.#start();
			this.#note = `started again: ${cause}`;
			return this.#engine;
		} finally {
			this.#starting = undefined;
		}
	}
}
