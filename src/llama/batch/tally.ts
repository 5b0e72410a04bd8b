import type { RankStatistics } from "../measure/recorder.ts";
import type { Answer } from "../openai/answer.ts";

/** What a rank's answers came to, counted on rank 0: all that is left to say of a rank that dies. */
export class Tally {
	#ok = 0;
	readonly #errors = new Map<string, number>();
	#promptTokens = 0;
	#cachedTokens = 0;
	#completionTokens = 0;

	add(answer: Answer): void {
		this.#ok += 1;
		if (answer.kind === "embedded") {
			this.#promptTokens += answer.promptTokens;
			return;
		}
		const { usage } = answer;
		this.#promptTokens += usage.promptTokens;
		this.#cachedTokens += usage.cachedTokens;
		this.#completionTokens += usage.completionTokens;
	}

	fail(reason: string): void {
		this.#errors.set(reason, (this.#errors.get(reason) ?? 0) + 1);
	}

	figures(): Partial<RankStatistics> {
		const errors = [...this.#errors];
		return {
			ok: this.#ok,
			failed: errors.reduce((sum, [, count]) => sum + count, 0),
			promptTokens: this.#promptTokens,
			cachedTokens: this.#cachedTokens,
			completionTokens: this.#completionTokens,
			errors,
		};
	}
}
