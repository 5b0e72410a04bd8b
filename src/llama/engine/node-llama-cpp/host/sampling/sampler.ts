import { EngineError, reasonOf } from "../../../../errors.ts";
import type { GenerateRequest } from "../../protocol.ts";
import {
	type EvaluateOptions,
	type Grammar,
	importExtras,
	type Llama,
	type Model,
	type Token,
} from "../library/library.ts";
import { tokenBias } from "./bias.ts";

/** Tokens of prompt and text that the penalties look at, as llama.cpp has it. */
const PENALTY_WINDOW = 64;
/** Parsed grammars that are kept: a file's requests mostly share theirs. */
const MOST_GRAMMARS = 32;

/** What has been read and sampled so far. */
export interface History {
	/** Tokens of the prompt and of the text. */
	readonly tokens: readonly Token[];
	/** How many of them are the text's. */
	readonly sampled: () => number;
}

/** Makes of a request's sampling options those of node-llama-cpp. */
export class Sampler {
	readonly #llama: Pick<Llama, "createGrammar">;
	readonly #model: Model;
	readonly #grammars = new Map<string, Promise<Grammar>>();

	constructor(llama: Pick<Llama, "createGrammar">, model: Model) {
		this.#llama = llama;
		this.#model = model;
	}

	/** @throws {EngineError} ERR_PROMPT: llama.cpp cannot parse the grammar. */
	async options(
		{ temperature = 0, seed, sampling }: Pick<GenerateRequest, "temperature" | "seed" | "sampling">,
		history: History,
	): Promise<EvaluateOptions> {
		const { topK = 40, topP = 0.95, minP = 0.05, grammar } = sampling;
		const { repeatPenalty = 1, presencePenalty = 0, frequencyPenalty = 0 } = sampling;
		const punishes = repeatPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0;
		const bias = await tokenBias(sampling, this.#model, history.sampled);
		return {
			...{ temperature, seed, topK: Math.max(0, topK), topP, minP },
			...(punishes && {
				repeatPenalty: {
					punishTokens: () => history.tokens.slice(-PENALTY_WINDOW),
					...{ penalty: repeatPenalty, presencePenalty, frequencyPenalty },
				},
			}),
			...(bias !== undefined && { tokenBias: bias }),
			...(grammar !== undefined && { grammarEvaluationState: await this.#begin(grammar) }),
			yieldEogToken: true,
			contextShift: {
				strategy: () => {
					throw new Error("the context is full");
				},
			},
		};
	}

	async #begin(text: string): Promise<object> {
		const { LlamaGrammarEvaluationState } = await importExtras();
		let parsed = this.#grammars.get(text);
		if (parsed === undefined) {
			if (this.#grammars.size === MOST_GRAMMARS) this.#grammars.clear();
			parsed = this.#llama.createGrammar({ grammar: text });
			this.#grammars.set(text, parsed);
		}
		try {
			return new LlamaGrammarEvaluationState({ model: this.#model, grammar: await parsed });
		} catch (error) {
			const why = `Cannot run a request: llama.cpp cannot parse its grammar (${reasonOf(error)})`;
			throw new EngineError("ERR_PROMPT", why, { cause: error });
		}
	}
}
