import { type BatchRequest, isRequest } from "../../batch/files/request.ts";
import type { Ending } from "../../batch/outcome.ts";
import type { BatchWatch } from "../../batch/watch.ts";
import type { WorkerEvent } from "../../dispatch/messages.ts";
import type { MetricsSource } from "../../metrics/facts.ts";
import { reasonOfFailure } from "../../metrics/reasons.ts";
import { ServingMetrics } from "../../metrics/serving.ts";
import type { Answer } from "../../openai/answer.ts";
import { statusOf } from "../../openai/failure.ts";
import { factsOf } from "./answer-facts.ts";
import { BatchLoad, type OpenRequest } from "./batch-load.ts";

/** What a batch metrics page needs. */
export interface BatchMetricsOptions {
	/** Value of the label `model_name`. */
	readonly model: string;
	/** Connections of who looks. */
	readonly connections: () => number;
	/** @default performance.now() */
	readonly now?: () => number;
}

/** The metrics of a batch, from what rank 0 hears. */
export class BatchMetrics implements BatchWatch {
	readonly #now: () => number;
	readonly #load = new BatchLoad();
	readonly #serving: ServingMetrics;

	constructor({ model, connections, now = () => performance.now() }: BatchMetricsOptions) {
		this.#now = now;
		const source: MetricsSource = {
			ranks: () => this.#load.ranks(),
			queued: () => this.#load.queued,
			queuedTokens: () => this.#load.queuedTokens,
			connections,
		};
		this.#serving = new ServingMetrics({ model, source });
	}

	begun(slots: readonly number[]): void {
		this.#load.begin(slots);
		for (const rank of slots.keys()) this.#serving.join(rank);
	}

	submitted({ id, promptTokens }: BatchRequest, dueMs = this.#now()): void {
		this.#serving.arrived();
		this.#load.add(id, { arrivedMs: dueMs, promptTokens });
	}

	assigned(id: number, rank: number): void {
		if (this.#load.assign(id, rank, this.#now())) this.#serving.retried();
	}

	heard(rank: number, event: WorkerEvent): void {
		switch (event.type) {
			case "figures":
				this.#serving.engineFigures(rank, event.figures);
				return;
			case "down":
				this.#load.setUp(rank, false);
				return;
			case "up":
				this.#load.setUp(rank, true);
				this.#serving.engineRestarted(rank);
				return;
			case "gone":
				this.lost(rank);
		}
	}

	lost(rank: number): void {
		this.#load.setUp(rank, false);
		this.#serving.engineFigures(rank, undefined);
	}

	ended({ request, rank, answer, failure }: Ending): void {
		const open = this.#load.remove(request.id);
		// It was never submitted, and came in all the same.
		if (open === undefined) this.#serving.arrived();
		if (failure !== undefined) this.#failed(failure.code);
		else if (answer !== undefined && rank !== null && open !== undefined && isRequest(request))
			this.#answered(request, { rank, answer, open });
	}

	render(): string {
		return this.#serving.render();
	}

	close(): void {
		this.#serving.close();
	}

	#failed(code: Parameters<typeof statusOf>[0]): void {
		const reason = reasonOfFailure(statusOf(code), code);
		if ("failed" in reason) this.#serving.failed(reason.failed);
		else this.#serving.refused(reason.refused);
	}

	#answered(
		request: BatchRequest,
		{ rank, answer, open }: { readonly rank: number; readonly answer: Answer; readonly open: OpenRequest },
	): void {
		const { facts, betweenMs } = factsOf(request, answer, { ...open, rank, endMs: this.#now() });
		if (facts.firstTokenMs !== undefined)
			this.#serving.firstToken(rank, (facts.firstTokenMs - facts.arrivedMs) / 1000);
		for (const { gapMs, tokens } of betweenMs) this.#serving.piece(rank, (gapMs * tokens) / 1000, tokens);
		this.#serving.ended(facts);
	}
}
