/** Lets a number of requests run at the same time; more wait their turn, in the order of their calls. */
export class Slots {
	#free: number;
	readonly #waiting: (() => void)[] = [];

	constructor(count: number) {
		this.#free = count;
	}

	/** Waits for a slot. An abort gives up the place in the queue and rejects with the signal's reason. */
	async acquire(signal: AbortSignal): Promise<void> {
		signal.throwIfAborted();
		if (this.#free > 0) {
			this.#free -= 1;
			return;
		}
		await new Promise<void>((resolve, reject) => {
			const giveUp = () => {
				this.#waiting.splice(this.#waiting.indexOf(accept), 1);
				reject(signal.reason);
			};
			const accept = () => {
				signal.removeEventListener("abort", giveUp);
				resolve();
			};
			this.#waiting.push(accept);
			signal.addEventListener("abort", giveUp, { once: true });
		});
	}

	release(): void {
		const next = this.#waiting.shift();
		if (next === undefined) this.#free += 1;
		else next();
	}
}
