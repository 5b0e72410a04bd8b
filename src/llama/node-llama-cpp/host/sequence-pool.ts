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

/** Lends sequences, first come, first served; of several free ones that with the longest shared prefix. */
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

	/** Without any shared prefix the emptiest sequence is taken, so that what others hold stays useful. */
	#takeBest(tokens: readonly number[]): S | undefined {
		let best: { readonly sequence: S; readonly shared: number } | undefined;
		for (const sequence of this.#free) {
			const shared = sequence.sharedPrefix(tokens);
			const better =
				best === undefined ||
				shared > best.shared ||
				(shared === best.shared && sequence.length < best.sequence.length);
			if (better) best = { sequence, shared };
		}
		if (best !== undefined) this.#free.splice(this.#free.indexOf(best.sequence), 1);
		return best?.sequence;
	}
}
