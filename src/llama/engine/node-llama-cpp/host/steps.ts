type Work = () => Promise<void>;

/**
 * Keeps the sequences of a context in step: what they compute starts together and the next step begins when all of it
 * has ended, so that every llama_decode carries a token of each.
 *
 * Left alone, node-llama-cpp starts the next batch with whatever is queued the moment one ends. A prompt that came in
 * the meantime then runs by itself, the others after it by themselves, and so on: two groups that never meet again and
 * read all the weights twice. Meanwhile its lock is never free, and a request that must first cut its sequence's memory
 * waits until others end: 5.7 s to the first token instead of 0.2 were measured.
 */
export class Steps {
	#computing: Work[] = [];
	#changing: Work[] = [];
	#running = false;

	/** Computes something in the next step. */
	compute<T>(work: () => Promise<T>): Promise<T> {
		return this.#add(this.#computing, work);
	}

	/** Changes a sequence's memory, which nothing may use meanwhile, before the next step. */
	change<T>(work: () => Promise<T>): Promise<T> {
		return this.#add(this.#changing, work);
	}

	#add<T>(list: Work[], work: () => Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			list.push(() => work().then(resolve, reject));
			if (!this.#running) void this.#run();
		});
	}

	async #run(): Promise<void> {
		this.#running = true;
		for (;;) {
			// Whoever goes on after the last step, or after its memory was changed, asks before this returns.
			await new Promise((resolve) => setImmediate(resolve));
			const changes = this.#changing.splice(0);
			if (changes.length > 0) {
				for (const change of changes) await change();
				continue;
			}
			const step = this.#computing.splice(0);
			if (step.length === 0) break;
			await Promise.all(step.map((compute) => compute()));
		}
		this.#running = false;
	}
}
