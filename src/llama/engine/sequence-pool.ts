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

/** What may be lost of a sequence, as a part of what is reused of it, without asking whether there is an empty one. */
const LOSS = 0.05;
/** So little may be lost of any: how a template ends an answer, say. */
const LITTLE = 8;
/** Sequences that hold so much of what the best one holds of a prompt are as good. */
const ALIKE = 0.9;

/** Lends sequences, first come, first served; of several free ones the best, as `bestSequence` says. */
export class SequencePool<S extends PooledSequence<P>, P extends { readonly length: number }> {
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
 * The one that holds most of the prompt, if next to nothing else is lost with it: it goes on from there. Else an empty
 * one: a system prompt in common is no reason to give up a conversation while there is room for both. Else of those that
 * hold about as much as any the one that was unused longest, which is the likeliest to have ended.
 *
 * @param free Longest unused first.
 */
export function bestSequence<S extends PooledSequence<P>, P extends { readonly length: number }>(
	free: readonly S[],
	prompt: P,
): S | undefined {
	const shared = free.map((sequence) => sequence.sharedPrefix(prompt));
	const most = Math.max(...shared);
	const isOnward = ({ length }: S, at: number) => shared[at] === most && goesOn(most, length, prompt.length);
	return (
		free.find(isOnward) ??
		free.find(({ length }) => length === 0) ??
		free.find((_, at) => (shared[at] as number) >= ALIKE * most)
	);
}

/**
 * Whether a prompt goes on from what a sequence holds: it loses next to nothing of that, or needs nothing more.
 *
 * @param shared What the sequence holds of the prompt.
 * @param held All that it holds.
 * @param wanted The length of the prompt.
 */
export function goesOn(shared: number, held: number, wanted: number): boolean {
	return shared > 0 && (held - shared <= Math.max(LITTLE, LOSS * shared) || shared >= wanted);
}
