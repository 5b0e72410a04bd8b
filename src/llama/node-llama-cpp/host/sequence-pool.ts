/** What the pool needs to know of a sequence. */
export interface PooledSequence {
	/** Number of leading tokens that the sequence already holds. */
	sharedPrefix(tokens: readonly number[]): number;
	/** Tokens that the sequence holds. */
	readonly length: number;
}

interface Waiter<S> {
	readonly tokens: readonly number[];
	readonly accept: (sequence: S) => void;
}

/** What is lost may never be asked for again, what is saved is asked for now. */
const LOSS_WEIGHT = 0.1;

/** Lends sequences, first come, first served; of several free ones that with the longest prefix shared. */
export class SequencePool<S extends PooledSequence> {
	/** Longest unused first. */
	readonly #free: S[];
	readonly #waiting: Waiter<S>[] = [];

	constructor(sequences: readonly S[]) {
		this.#free = [...sequences];
	}

	get waiting(): number {
		return this.#waiting.length;
	}

	/** Waits for a sequence. An abort gives up the place in the queue and rejects with the signal's reason. */
	acquire(tokens: readonly number[], signal: AbortSignal): Promise<S> {
		if (signal.aborted) return Promise.reject(signal.reason);
		const free = this.#takeBest(tokens);
		if (free !== undefined) return Promise.resolve(free);
		return new Promise((resolve, reject) => {
			const giveUp = () => {
				this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
				reject(signal.reason);
			};
			const waiter: Waiter<S> = {
				tokens,
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
		const best = this.#takeBest(next.tokens);
		if (best === undefined) return;
		this.#waiting.shift();
		next.accept(best);
	}

	#takeBest(tokens: readonly number[]): S | undefined {
		let best: { readonly sequence: S; readonly gain: number } | undefined;
		for (const sequence of this.#free) {
			const gain = gainOf(sequence, tokens);
			if (best === undefined || gain > best.gain) best = { sequence, gain };
		}
		if (best !== undefined) this.#free.splice(this.#free.indexOf(best.sequence), 1);
		return best?.sequence;
	}
}

/**
 * Tokens saved by taking a sequence, less a part of what it holds beyond them and will lose: a shared BOS token or the
 * head of a chat template is no reason to give up a long conversation while an empty sequence is free.
 */
function gainOf(sequence: PooledSequence, tokens: readonly number[]): number {
	const shared = sequence.sharedPrefix(tokens);
	return shared - LOSS_WEIGHT * (sequence.length - shared);
}
