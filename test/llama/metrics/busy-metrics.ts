import { FAILURES, FINISHES, REFUSALS } from "../../../src/llama/metrics/facts.ts";
import { ServingMetrics } from "../../../src/llama/metrics/serving.ts";

/** Metrics of two ranks in which each rendering finds more of everything. */
export function busyMetrics(): ServingMetrics {
	const ranks = [0, 1].map((rank) => ({ rank, running: 1, waiting: rank, slots: 4, up: true }));
	const metrics = new Busy({
		model: "tiny",
		ranks: 2,
		source: { ranks: () => ranks, queued: () => 3, queuedTokens: () => 300, connections: () => 2 },
	});
	return metrics;
}

class Busy extends ServingMetrics {
	#turn = 0;

	override render(): string {
		this.#turn += 1;
		for (const rank of [0, 1]) this.#ofRank(rank);
		for (const reason of REFUSALS) this.refused(reason);
		for (const reason of FAILURES) this.failed(reason);
		this.arrived();
		this.cancelled();
		this.retried();
		this.continued();
		this.broken();
		this.overhead(0.0003);
		return super.render();
	}

	#ofRank(rank: number): void {
		const usage = { promptTokens: 30, cachedTokens: 10, completionTokens: 8 };
		const times = { arrivedMs: 0, assignedMs: 250, firstTokenMs: 900, endMs: 4000 };
		this.firstToken(rank, 0.9);
		this.piece(rank, 0.04);
		for (const finishReason of FINISHES)
			this.ended({ rank, finishReason, ...times, usage, maxTokens: 64, n: 1 });
		this.engineRestarted(rank);
		this.engineFigures(rank, {
			"llamacpp:prompt_tokens_seconds": 100,
			"llamacpp:predicted_tokens_seconds": 20,
			"llamacpp:n_busy_slots_per_decode": 1.5,
			"llamacpp:n_decode_total": this.#turn,
		});
	}
}
