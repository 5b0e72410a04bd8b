import { Cuts } from "../measure/counts/cut-counts.ts";
import { FailureCounts, type LocatedFailure } from "../measure/counts/failure-counts.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import type { Answer } from "../openai/answer.ts";

/** What a rank's answers came to, counted on rank 0: all that is left to say of a rank that dies. */
export class Tally {
	#ok = 0;
	readonly #failures = new FailureCounts();
	readonly #cuts = new Cuts();
	#promptTokens = 0;
	#cachedTokens = 0;
	#completionTokens = 0;

	add(answer: Answer): void {
		this.#ok += 1;
		if (answer.kind === "embedded") {
			this.#promptTokens += answer.promptTokens;
			return;
		}
		const { usage, choices } = answer;
		this.#promptTokens += usage.promptTokens;
		this.#cachedTokens += usage.cachedTokens;
		this.#completionTokens += usage.completionTokens;
		this.#cuts.add(choices);
	}

	fail(failure: LocatedFailure): void {
		this.#failures.add(failure);
	}

	/** All that it counts. */
	figures(): Partial<RankStatistics> {
		return { ...this.answers(), failed: this.#failures.total, errors: this.#failures.toData() };
	}

	/** What it counts of answers. */
	answers(): Pick<RankStatistics, "ok" | "promptTokens" | "cachedTokens" | "completionTokens" | "cut"> {
		return {
			ok: this.#ok,
			promptTokens: this.#promptTokens,
			cachedTokens: this.#cachedTokens,
			completionTokens: this.#completionTokens,
			cut: this.#cuts.toData(),
		};
	}
}
