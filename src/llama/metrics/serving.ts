import { OVERHEAD } from "./buckets.ts";
import type { Count } from "./counter.ts";
import { EngineFigures } from "./engine-figures.ts";
import {
	type EndedFacts,
	FAILURES,
	type FailureReason,
	type MetricsSource,
	REFUSALS,
	type Refusal,
} from "./facts.ts";
import type { Observations } from "./histogram.ts";
import type { LoopLag } from "./loop-lag.ts";
import { addProcess } from "./process.ts";
import { RankSeries } from "./rank-series.ts";
import { Registry } from "./registry.ts";
import { addRequestFamilies, type RequestFamilies } from "./request-families.ts";
import { addStates } from "./states.ts";

/** Bounds the buckets of token counts while no context size is known. */
const USUAL_CONTEXT = 131_072;

/** What to count for whom. */
export interface ServingOptions {
	/** Value of the label `model_name`: the name that the model is served by, never one that a client sent. */
	readonly model: string;
	/** Ranks whose series are there from the start. @default none; each comes with its first event */
	readonly ranks?: number;
	/** Tokens that a request can have at most. @default 131072 */
	readonly contextSize?: number;
	readonly source: MetricsSource;
}

/**
 * The metrics of requests that ranks answer, with vLLM's names where the meaning is vLLM's. Counted by one process,
 * from its own clock.
 */
export class ServingMetrics {
	readonly #registry = new Registry();
	readonly #model: string;
	readonly #families: RequestFamilies;
	readonly #ranks: RankSeries[] = [];
	readonly #figures = new EngineFigures();
	readonly #lag: LoopLag;
	readonly #arrived: Count;
	readonly #cancelled: Count;
	readonly #retried: Count;
	readonly #continued: Count;
	readonly #broken: Count;
	readonly #refused: ReadonlyMap<Refusal, Count>;
	readonly #failed: ReadonlyMap<FailureReason, Count>;
	readonly #overhead: Observations;

	constructor({ model, ranks = 0, contextSize = USUAL_CONTEXT, source }: ServingOptions) {
		this.#model = model;
		const labels = { model_name: model };
		const registry = this.#registry;
		addStates(registry, source, labels);
		this.#families = addRequestFamilies(registry, contextSize);
		const count = (name: string, help: string) => registry.counter(`tsmpi:${name}_total`, help).of(labels);
		const counts = <R extends string>(name: string, help: string, reasons: readonly R[]) => {
			const counter = registry.counter(`tsmpi:${name}_total`, help);
			return new Map(reasons.map((reason) => [reason, counter.of({ ...labels, reason })]));
		};
		this.#arrived = count("requests_arrived", "Requests for the model that came in, taken or not.");
		this.#refused = counts("requests_refused", "Requests that were not taken, by reason.", REFUSALS);
		this.#failed = counts("requests_failed", "Requests taken that came to nothing, by reason.", FAILURES);
		this.#cancelled = count("requests_cancelled", "Requests whose client went away or took them back.");
		this.#retried = count("requests_retried", "Requests handed to another rank, nothing sent yet.");
		this.#continued = count("streams_continued", "Streams that went on from where another rank was.");
		this.#broken = count("streams_broken", "Streams that ended with an error after their first token.");
		const help = "What the gateway takes to read a request that has come and to put it in the queue.";
		this.#overhead = registry.histogram("tsmpi:gateway_overhead_seconds", help, OVERHEAD).of(labels);
		registry.later(this.#figures);
		this.#lag = addProcess(registry);
		for (let rank = 0; rank < ranks; rank++) this.#of(rank);
	}

	/** A rank takes part: its series are there from now on. */
	join(rank: number): void {
		this.#of(rank);
	}

	/** A request came in. */
	arrived(): void {
		this.#arrived.add();
	}

	/** It was not taken. */
	refused(reason: Refusal): void {
		this.#refused.get(reason)?.add();
	}

	/** It was taken and came to nothing. A stream that had begun is `broken` as well. */
	failed(reason: FailureReason): void {
		this.#failed.get(reason)?.add();
	}

	/** Its client went away. */
	cancelled(): void {
		this.#cancelled.add();
	}

	/** It goes to another rank, since the first died before it answered. */
	retried(): void {
		this.#retried.add();
	}

	/** Its stream goes on from another rank. */
	continued(): void {
		this.#continued.add();
	}

	/** Its stream had begun and ended with an error; it is counted by `failed` as well. */
	broken(): void {
		this.#broken.add();
	}

	/** Tokens of an answer that has not ended. */
	generated(rank: number, tokens: number): void {
		this.#of(rank).generated(tokens);
	}

	/** @param seconds Since the request came in. */
	firstToken(rank: number, seconds: number): void {
		this.#of(rank).firstToken.observe(seconds);
	}

	/**
	 * A later piece of a stream.
	 *
	 * @param gapSeconds Since the piece before it.
	 * @param tokens In the piece: each took its part of the gap.
	 */
	piece(rank: number, gapSeconds: number, tokens = 1): void {
		this.#of(rank).between.observe(gapSeconds / tokens, tokens);
	}

	/** An answer ended, well or because nobody waited for it any more. */
	ended(facts: EndedFacts): void {
		this.#of(facts.rank).ended(facts);
	}

	/** What the gateway itself took until a request was in the queue. */
	overhead(seconds: number): void {
		this.#overhead.observe(seconds);
	}

	/** The engine of a rank was started again. */
	engineRestarted(rank: number): void {
		this.#of(rank).restarts.add();
	}

	/** @param figures What the engine of a rank says of itself; undefined: it is gone. */
	engineFigures(rank: number, figures: Readonly<Record<string, number>> | undefined): void {
		this.#figures.set(rank, figures);
	}

	/** All of it in Prometheus' text format. */
	render(): string {
		return this.#registry.render();
	}

	/** Stops watching the event loop. */
	close(): void {
		this.#lag.close();
	}

	#of(rank: number): RankSeries {
		this.#ranks[rank] ??= new RankSeries(this.#families, this.#model, rank);
		return this.#ranks[rank];
	}
}
