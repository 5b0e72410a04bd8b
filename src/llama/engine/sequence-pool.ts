/** What the pool needs to know of a sequence, which holds something like P: tokens, or a text. */
export interface PooledSequence<P> {
	/** How much of the beginning of a prompt the sequence already holds. */
	sharedPrefix(prompt: P): number;
	/** How much it holds, counted in the same way. */
	readonly length: number;
}

interface Waiter<S, P> {
	readonly prompt: P;
	readonly accept: (sequence: S) => void;
}

/**
 * What a token that is overwritten counts against one that is reused: the one may never be asked for again, the other is
 * asked for now.
 */
const LOSS_WEIGHT = 0.1;

/** Lends sequences, first come, first served; of several free ones that with the longest prefix shared. */
export class SequencePool<S extends PooledSequence<P>, P> {
	/** Longest unused first. */
	readonly #free: S[];
	readonly #waiting: Waiter<S, P>[] = [];

	constructor(sequences: readonly S[]) {
		this.#free = [...sequences];
	}

	get waiting(): number {
		return this.#waiting.length;
	}

	/** Waits for a sequence. An abort gives up the place in the queue and rejects with the signal's reason. */
	acquire(prompt: P, signal: AbortSignal): Promise<S> {
		if (signal.aborted) return Promise.reject(signal.reason);
		const free = this.#takeBest(prompt);
		if (free !== undefined) return Promise.resolve(free);
		return new Promise((resolve, reject) => {
			const giveUp = () => {
				this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
				reject(signal.reason);
			};
			const waiter: Waiter<S, P> = {
				prompt,
				accept: (sequence) => {
					signal.removeEventListener("abort", giveUp);
					resolve(sequence);
				},
			};
			this.#waiting.push(waiter);
			signal.addEventListener("abort", giveUp, { once: true });
		});
	}

	release(sequence: S): void {
		this.#free.push(sequence);
		const next = this.#waiting[0];
		if (next === undefined) return;
		const best = this.#takeBest(next.prompt);
		if (best === undefined) return;
		this.#waiting.shift();
		next.accept(best);
	}

	#takeBest(prompt: P): S | undefined {
		const best = bestSequence<S, P>(this.#free, prompt);
		if (best !== undefined) this.#free.splice(this.#free.indexOf(best), 1);
		return best;
	}
}

/**
 * Which of several free sequences a prompt is given. Whoever mirrors a pool from outside goes by the same rule.
 *
 * @param free Longest unused first.
 */
export function bestSequence<S extends PooledSequence<P>, P>(free: readonly S[], prompt: P): S | undefined {
	let best: { readonly sequence: S; readonly gain: number } | undefined;
	for (const sequence of free) {
		const gain = gainOf(sequence, prompt);
		if (best === undefined || gain > best.gain) best = { sequence, gain };
	}
	return best?.sequence;
}

/**
 * What is saved by taking a sequence, less a part of what it holds beyond them and will lose: a shared BOS token or the
 * head of a chat template is no reason to give up a long conversation while an empty sequence is free.
 */
function gainOf<P>(sequence: PooledSequence<P>, prompt: P): number {
	const shared = sequence.sharedPrefix(prompt);
	return shared - LOSS_WEIGHT * (sequence.length - shared);
}
