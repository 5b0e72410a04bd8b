import type { PooledSequence } from "../../sequence-pool.ts";
import type { ContextSequence, EvaluateOptions, Sampled, Token } from "./library/library.ts";
import type { Steps } from "./steps.ts";

/** One sequence of the context: its own memory of tokens, evaluated together with the others. */
export class Sequence implements PooledSequence<readonly Token[]> {
	readonly #sequence: ContextSequence;
	readonly #prefillChunk: number;
	readonly #steps: Steps;

	/** @param steps Shared by all sequences of the context. */
	constructor(sequence: ContextSequence, prefillChunk: number, steps: Steps) {
		this.#sequence = sequence;
		this.#prefillChunk = prefillChunk;
		this.#steps = steps;
	}

	get length(): number {
		return this.#sequence.nextTokenIndex;
	}

	sharedPrefix(tokens: readonly Token[]): number {
		return this.#sequence.compareContextTokens(tokens).firstDifferentIndex;
	}

	/**
	 * Computes a prompt but for its last part, which is returned for `generate` together with the number of tokens
	 * that were there already. Goes chunk by chunk: the other sequences decode in between, and an abort is heard.
	 */
	async prefill(
		tokens: readonly Token[],
		signal: AbortSignal,
	): Promise<{ rest: Token[]; cachedTokens: number }> {
		const sequence = this.#sequence;
		const before = sequence.tokenMeter.getState();
		await this.#steps.change(() => sequence.adaptStateToTokens(tokens.slice(0, -1), false));
		signal.throwIfAborted();
		// Memory that cannot be cut (sliding windows, recurrent models) is computed anew inside that call.
		const recomputed = sequence.tokenMeter.diff(before).usedInputTokens;
		const cachedTokens = Math.max(0, sequence.nextTokenIndex - recomputed);
		let at = sequence.nextTokenIndex;
		// Chunks end at fixed places of the prompt, so that they do not depend on what was cached.
		for (let end = this.#chunkEnd(at); end < tokens.length; end = this.#chunkEnd(at)) {
			const chunk = tokens.slice(at, end);
			await this.#steps.compute(() => sequence.evaluateWithoutGeneratingNewTokens(chunk));
			at = end;
			signal.throwIfAborted();
		}
		return { rest: tokens.slice(at), cachedTokens };
	}

	/**
	 * Evaluates the rest of a prompt and goes on with what it samples, the end-of-generation token included.
	 *
	 * @param withProbabilities Tells with each token how likely every token was in its place.
	 */
	async *generate(
		rest: readonly Token[],
		options: EvaluateOptions,
		withProbabilities: boolean,
	): AsyncGenerator<Sampled, void, undefined> {
		const tokens: AsyncGenerator<Token | Sampled, void, undefined> = withProbabilities
			? this.#sequence.evaluateWithMetadata(rest, { probabilities: true }, options)
			: this.#sequence.evaluate(rest, options);
		try {
			for (;;) {
				const next = await this.#steps.compute(() => tokens.next());
				if (next.done) return;
				yield typeof next.value === "number" ? { token: next.value } : next.value;
			}
		} finally {
			await tokens.return();
		}
	}

	#chunkEnd(at: number): number {
		return (Math.floor(at / this.#prefillChunk) + 1) * this.#prefillChunk;
	}
}
