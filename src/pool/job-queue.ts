import type { Job } from "./job.ts";

/** Jobs in the order handed in; those whose worker died come first. */
export class JobQueue {
	#jobs: (Job | undefined)[] = [];
	#head = 0;
	readonly #again: Job[] = [];

	/** Whether nobody waits for anything here. */
	get empty(): boolean {
		this.#skip();
		return this.#again.length === 0 && this.#head === this.#jobs.length;
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
		return this.#again.shift() ?? this.#next();
	}

	#skip(): void {
		while (this.#again[0]?.settled) this.#again.shift();
		while (this.#jobs[this.#head]?.settled) this.#next();
	}

	/** Moves on in constant time: `shift` of a long array is not. */
	#next(): Job | undefined {
		const job = this.#jobs[this.#head];
		if (job === undefined) return undefined;
		this.#jobs[this.#head++] = undefined;
		if (this.#head === this.#jobs.length || (this.#head > 1024 && this.#head * 2 > this.#jobs.length)) {
			this.#jobs = this.#jobs.slice(this.#head);
			this.#head = 0;
		}
		return job;
	}
}
