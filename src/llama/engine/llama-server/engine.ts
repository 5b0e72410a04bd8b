import { isSystemError } from "../../../base/system-error.ts";
import { EngineError } from "../../errors.ts";
import { checkCounted, checkEmbedMany, checkTemplate, checkTokenize, checkTokens } from "../check.ts";
import { embedOne, textPieces } from "../complete.ts";
import type {
	EmbedOptions,
	Engine,
	EngineInfo,
	GenerateEvent,
	GenerateOptions,
	TokenizeOptions,
} from "../engine.ts";
import { readFigures } from "../http/figures.ts";
import { generateOver } from "../http/generate.ts";
import { LlamaApi } from "../http/openai-form/llama-api.ts";
import { makeSlots } from "../http/server-slot.ts";
import { untilEnded } from "../http/until-ended.ts";
import type { ChatMessage, Prompt } from "../prompt.ts";
import { checkRequest } from "../request.ts";
import type { ChatOptions } from "../sampling.ts";
import { type LoadedServer, loadServer, serverExitText, serverInfo } from "./load.ts";
import { embeddingPlan } from "./options.ts";

/** How much earlier a broken connection may be seen than the end of the server's process. */
const EXIT_DELAY_MS = 1000;
/** llama-server tells its figures between two steps of all requests. */
const FIGURES_MS = 4000;

/** An engine on a llama-server that belongs to this process. */
export class LlamaServerEngine implements Engine {
	readonly info: EngineInfo;
	readonly #loaded: LoadedServer;
	readonly #api: LlamaApi;
	readonly #slots: ReturnType<typeof makeSlots>;
	#embedder: Promise<LoadedServer> | undefined;
	/** Aborted with the reason why no request can run any more. */
	readonly #ended = new AbortController();

	constructor(loaded: LoadedServer, note?: string) {
		this.#loaded = loaded;
		this.info = serverInfo(loaded, note);
		this.#api = apiOf(loaded, this.info.contextSize);
		this.#slots = makeSlots(this.info.slots);
		const { process, plan } = loaded;
		process.setReferenced(false);
		void process.exit.then((exit) => {
			this.#end(
				new EngineError(
					"ERR_ENGINE_DIED",
					`The engine of model ${plan.model} died: its process ${serverExitText(exit, process.log.text)}`,
				),
			);
		});
	}

	get failure(): EngineError | undefined {
		return this.#ended.signal.aborted ? (this.#ended.signal.reason as EngineError) : undefined;
	}

	async *generate(
		prompt: Prompt,
		options: GenerateOptions = {},
	): AsyncGenerator<GenerateEvent, void, undefined> {
		const request = checkRequest(prompt, options);
		const either = untilEnded(this.#ended.signal, options.signal);
		try {
			yield* generateOver(this.#api, this.#slots, request, either);
		} catch (error) {
			throw await this.#explain(error);
		}
	}

	stream(prompt: Prompt, options?: GenerateOptions): AsyncIterable<string> {
		return textPieces(this, prompt, options);
	}

	async countTokens(prompt: Prompt): Promise<number> {
		checkCounted(prompt);
		return await this.#ask(() => this.#api.countTokens(prompt));
	}

	async applyTemplate(messages: readonly ChatMessage[], chat: ChatOptions = {}): Promise<string> {
		checkTemplate(messages, chat);
		return await this.#ask(() => this.#api.applyTemplate(messages, chat));
	}

	async tokenize(text: string, options: TokenizeOptions = {}): Promise<number[]> {
		checkTokenize(text, options);
		return await this.#ask(() => this.#api.tokenize(text, options));
	}

	async detokenize(tokens: readonly number[]): Promise<string> {
		checkTokens(tokens);
		return await this.#ask(() => this.#api.detokenize(tokens));
	}

	embed(text: string | readonly number[], options?: EmbedOptions): Promise<Float32Array> {
		return embedOne(this, text, options);
	}

	async embedMany(
		texts: readonly (string | readonly number[])[],
		options: EmbedOptions = {},
	): Promise<Float32Array[]> {
		checkEmbedMany(texts, options);
		options.signal?.throwIfAborted();
		return await this.#ask(async () => (await this.#embeddingApi()).embed(texts, options));
	}

	async ready(): Promise<void> {
		this.#ended.signal.throwIfAborted();
	}

	async figures(): Promise<Readonly<Record<string, number>>> {
		const late = AbortSignal.timeout(FIGURES_MS);
		return await readFigures(this.#loaded.target, AbortSignal.any([this.#ended.signal, late]));
	}

	async close(): Promise<void> {
		const { model } = this.#loaded.plan;
		this.#end(new EngineError("ERR_ENGINE_CLOSED", `Cannot use the engine of ${model}: it has been closed`));
		const embedder = this.#embedder?.then(({ process }) => process.close()).catch(() => {});
		await Promise.all([this.#loaded.process.close(), embedder]);
	}

	/** The same server where it embeds, too; else a second one, started for the first text. */
	async #embeddingApi(): Promise<LlamaApi> {
		if (this.#loaded.plan.embeddings) return this.#api;
		this.#embedder ??= this.#startEmbedder();
		// A failure, of memory say, is not final: the next text tries again.
		this.#embedder.catch(() => {
			this.#embedder = undefined;
		});
		return apiOf(await this.#embedder, this.info.contextSize);
	}

	async #startEmbedder(): Promise<LoadedServer> {
		const { plan, devices } = this.#loaded;
		const server = await loadServer(embeddingPlan(plan), devices);
		server.process.setReferenced(false);
		void server.process.exit.then(() => {
			this.#embedder = undefined;
		});
		return server;
	}

	async #ask<T>(work: () => Promise<T>): Promise<T> {
		this.#ended.signal.throwIfAborted();
		try {
			return await work();
		} catch (error) {
			throw await this.#explain(error);
		}
	}

	/** The first reason counts. */
	#end(error: EngineError): void {
		this.#ended.abort(error);
	}

	/**
	 * A connection that broke mostly means that the server has ended, of which this process hears a moment later. Then
	 * that is the error; else the broken connection is.
	 */
	async #explain(error: unknown): Promise<unknown> {
		if (!(error instanceof Error) || !isBrokenConnection(error)) return error;
		if (this.failure === undefined) await this.#waitForExit();
		return (
			this.failure ??
			new EngineError("ERR_GENERATE", `Cannot run a request: ${error.message}`, { cause: error })
		);
	}

	async #waitForExit(): Promise<void> {
		const { process } = this.#loaded;
		process.setReferenced(true);
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, EXIT_DELAY_MS);
		});
		await Promise.race([process.exit, late]);
		clearTimeout(timer);
		process.setReferenced(false);
	}
}

function apiOf({ target, plan, properties }: LoadedServer, contextSize: number): LlamaApi {
	const { badTemplate, model } = plan;
	return new LlamaApi(target, properties, { contextSize, badTemplate, models: { chosen: model } });
}

/** Node gives an answer that breaks off a code, but no system call. */
function isBrokenConnection(error: Error): boolean {
	return isSystemError(error) || ("code" in error && error.code === "ECONNRESET");
}
