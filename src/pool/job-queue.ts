import { Fifo } from "../base/fifo.ts";
import type { Job } from "./job.ts";

/** Jobs in the order handed in; those whose worker died come first. */
export class JobQueue {
	readonly #jobs = new Fifo<Job>();
	readonly #again = new Fifo<Job>();

	/** Whether nobody waits for anything here. */
	get empty(): boolean {
		this.#skip();
		return this.#again.size + this.#jobs.size === 0;
	}

	push(job: Job): void {
		this.#jobs.push(job);
	}

	/** To be taken before all others, unless its outcome is known. */
	putBack(job: Job): void {
		this.#again.push(job);
	}

	/** The next job whose outcome somebody waits for. */
	take(): Job | undefined {
		this.#skip();
		return this.#again.shift() ?? this.#jobs.shift();
	}

	#skip(): void {
		for (const queue of [this.#again, this.#jobs]) while (queue.first?.settled) queue.shift();
	}
}
