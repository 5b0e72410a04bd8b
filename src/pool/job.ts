/** One call of a task, from being handed in to its outcome. */
export class Job {
	/** Name of the task. */
	readonly name: string;
	/** Index of the task among the sorted names. */
	readonly task: number;
	readonly outcome: Promise<unknown>;
	/** How many ranks have died while it was under way there. */
	deaths = 0;
	#argument: unknown;
	#settled = false;
	#resolve: (value: unknown) => void = () => undefined;
	#reject: (reason: unknown) => void = () => undefined;

	constructor(name: string, task: number, argument: unknown) {
		this.name = name;
		this.task = task;
		this.#argument = argument;
		this.outcome = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
	}

	get argument(): unknown {
		return this.#argument;
	}

	/** Whether its outcome is known; nobody wants a later one. */
	get settled(): boolean {
		return this.#settled;
	}

	resolve(value: unknown): void {
		this.#settle();
		this.#resolve(value);
	}

	reject(reason: unknown): void {
		this.#settle();
		this.#reject(reason);
	}

	/** What waits in a queue, or still runs, must not keep it. */
	#settle(): void {
		this.#settled = true;
		this.#argument = undefined;
	}
}
