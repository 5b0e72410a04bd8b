import { setTimeout as delay } from "node:timers/promises";
import { EngineError } from "../errors.ts";
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

/** How often and how fast a dead engine is started again. */
export interface RestartOptions {
	/** Starts in a row without a request that ended well in between. @default 3 */
	readonly restarts?: number;
	/** Before the second start in a row; before each further one twice as long. The first is made at once. @default 500 */
	readonly backoffMs?: number;
}

const LONGEST_WAIT_MS = 30_000;

/**
 * An engine that is started again after its death. The requests that ran when it died are rejected; later ones wait for
 * the new engine. When it dies again and again, or cannot start, it is given up.
 */
export class RestartingEngine implements Engine {
	readonly #start: () => Promise<Engine>;
	readonly #allowed: number;
	readonly #backoffMs: number;
	readonly #closing = new AbortController();
	#engine: Engine;
	/** Starts since a request last ended well. */
	#inARow = 0;
	#starting: Promise<Engine> | undefined;
	#total = 0;
	/** Why the engine was last started again. */
	#cause: string | undefined;

	constructor(
		engine: Engine,
		start: () => Promise<Engine>,
		{ restarts = 3, backoffMs = 500 }: RestartOptions = {},
	) {
		this.#engine = engine;
		this.#start = start;
		this.#allowed = restarts;
		this.#backoffMs = backoffMs;
	}

	/** Its note tells of a death, whether the engine came back or not. */
	get info(): EngineInfo {
		const { info, failure } = this.#engine;
		const again = this.#total > 1 ? `started again ${this.#total} times, last` : "started again";
		const started = this.#cause === undefined ? undefined : `${again}: ${this.#cause}`;
		const dead =
			failure?.code === "ERR_ENGINE_DIED" ? `not running at the end: ${failure.message}` : undefined;
		const notes = [info.note, started, dead].filter((note) => note !== undefined);
		return notes.length === 0 ? info : { ...info, note: notes.join("; ") };
	}

	get failure(): EngineError | undefined {
		return this.#mayStart ? undefined : this.#engine.failure;
	}

	async *generate(prompt: Prompt, options?: GenerateOptions): AsyncGenerator<GenerateEvent, void, undefined> {
		for await (const event of (await this.#living()).generate(prompt, options)) {
			if (event.type === "done") this.#inARow = 0;
			yield event;
		}
	}

	stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string> {
		return textPieces(this, prompt, options);
	}

	async countTokens(prompt: Prompt): Promise<number> {
		return (await this.#living()).countTokens(prompt);
	}

	async applyTemplate(messages: readonly ChatMessage[], options?: ChatOptions): Promise<string> {
		return (await this.#living()).applyTemplate(messages, options);
	}

	async tokenize(text: string, options?: TokenizeOptions): Promise<number[]> {
		return (await this.#living()).tokenize(text, options);
	}

	async detokenize(tokens: readonly number[]): Promise<string> {
		return (await this.#living()).detokenize(tokens);
	}

	async embed(text: string | readonly number[], options?: EmbedOptions): Promise<Float32Array> {
		const embedding = await (await this.#living()).embed(text, options);
		this.#inARow = 0;
		return embedding;
	}

	async embedMany(
		texts: readonly (string | readonly number[])[],
		options?: EmbedOptions,
	): Promise<Float32Array[]> {
		const embeddings = await (await this.#living()).embedMany(texts, options);
		this.#inARow = 0;
		return embeddings;
	}

	async ready(): Promise<void> {
		await (await this.#living()).ready();
	}

	/** None while it starts. */
	async figures(): Promise<Readonly<Record<string, number>>> {
		if (this.#starting !== undefined) return {};
		return (await this.#engine.figures?.()) ?? {};
	}

	async close(): Promise<void> {
		this.#closing.abort();
		await this.#starting?.catch(() => {});
		await this.#engine.close();
	}

	get #mayStart(): boolean {
		return this.#inARow < this.#allowed && !this.#closing.signal.aborted;
	}

	async #living(): Promise<Engine> {
		if (this.#starting !== undefined) return this.#starting;
		if (this.#engine.failure?.code !== "ERR_ENGINE_DIED" || !this.#mayStart) return this.#engine;
		this.#starting = this.#restart();
		return this.#starting;
	}

	async #restart(): Promise<Engine> {
		const cause = this.#engine.failure?.message;
		try {
			for (;;) {
				const wait = this.#inARow === 0 ? 0 : this.#backoffMs * 2 ** (this.#inARow - 1);
				this.#inARow += 1;
				if (wait > 0) await this.#pause(Math.min(wait, LONGEST_WAIT_MS));
				try {
					this.#engine = await this.#start();
					break;
				} catch (error) {
					if (!this.#mayStart) throw error;
				}
			}
			this.#total += 1;
			this.#cause = cause;
			return this.#engine;
		} finally {
			this.#starting = undefined;
		}
	}

	async #pause(ms: number): Promise<void> {
		try {
			await delay(ms, undefined, { signal: this.#closing.signal });
		} catch (error) {
			throw new EngineError("ERR_ENGINE_CLOSED", "The engine was closed before it could start again", {
				cause: error,
			});
		}
	}
}
