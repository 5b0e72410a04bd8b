import type { Count } from "./counter.ts";
import type { EndedFacts, Finish } from "./facts.ts";
import { FINISHES } from "./facts.ts";
import type { Observations } from "./histogram.ts";
import type { RequestFamilies } from "./request-families.ts";

/** The series of one rank: all are there from its first sign of life, at zero, so that rates have a beginning. */
export class RankSeries {
	readonly restarts: Count;
	readonly firstToken: Observations;
	readonly between: Observations;
	readonly #promptTokens: Count;
	readonly #generatedTokens: Count;
	readonly #cacheQueries: Count;
	readonly #cacheHits: Count;
	readonly #successes: Readonly<Record<Finish, Count>>;
	readonly #total: Observations;
	readonly #queue: Observations;
	readonly #prefill: Observations;
	readonly #decode: Observations;
	readonly #inference: Observations;
	readonly #promptSize: Observations;
	readonly #generatedSize: Observations;
	readonly #maxTokens: Observations;
	readonly #choices: Observations;

	constructor(families: RequestFamilies, model: string, rank: number) {
		const labels = { model_name: model, engine: String(rank) };
		const success = (finish: Finish) => families.successes.of({ ...labels, finished_reason: finish });
		this.restarts = families.restarts.of(labels);
		this.firstToken = families.firstToken.of(labels);
		this.between = families.between.of(labels);
		this.#promptTokens = families.promptTokens.of(labels);
		this.#generatedTokens = families.generatedTokens.of(labels);
		this.#cacheQueries = families.cacheQueries.of(labels);
		this.#cacheHits = families.cacheHits.of(labels);
		this.#successes = Object.fromEntries(FINISHES.map((finish) => [finish, success(finish)])) as Record<
			Finish,
			Count
		>;
		this.#total = families.total.of(labels);
		this.#queue = families.queue.of(labels);
		this.#prefill = families.prefill.of(labels);
		this.#decode = families.decode.of(labels);
		this.#inference = families.inference.of(labels);
		this.#promptSize = families.promptSize.of(labels);
		this.#generatedSize = families.generatedSize.of(labels);
		this.#maxTokens = families.maxTokens.of(labels);
		this.#choices = families.choices.of(labels);
	}

	/** Tokens came, of an answer that has not ended. */
	generated(tokens: number): void {
		this.#generatedTokens.add(tokens);
	}

	ended(facts: EndedFacts): void {
		const { promptTokens, cachedTokens, completionTokens } = facts.usage;
		this.#promptTokens.add(promptTokens);
		this.#generatedTokens.add(Math.max(0, completionTokens - (facts.toldTokens ?? 0)));
		this.#cacheQueries.add(promptTokens);
		this.#cacheHits.add(cachedTokens);
		if (facts.finishReason === "abort") return;
		this.#successes[facts.finishReason].add();
		this.#promptSize.observe(promptTokens);
		this.#generatedSize.observe(completionTokens);
		if (facts.maxTokens !== undefined) this.#maxTokens.observe(facts.maxTokens);
		this.#choices.observe(facts.n);
		this.#durations(facts);
	}

	#durations({ arrivedMs, assignedMs, firstTokenMs, endMs }: EndedFacts): void {
		this.#total.observe((endMs - arrivedMs) / 1000);
		this.#queue.observe((assignedMs - arrivedMs) / 1000);
		this.#inference.observe((endMs - assignedMs) / 1000);
		// What went on from where another rank was had its first token before this rank had it.
		if (firstTokenMs === undefined || firstTokenMs < assignedMs) return;
		this.#prefill.observe((firstTokenMs - assignedMs) / 1000);
		this.#decode.observe((endMs - firstTokenMs) / 1000);
	}
}
