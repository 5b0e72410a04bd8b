import { MpiError } from "../index.ts";
import type { Channels } from "./channels.ts";
import { TaskError } from "./errors.ts";
import type { Job } from "./job.ts";
import { JobQueue } from "./job-queue.ts";
import { Worker } from "./worker.ts";

/** How jobs are shared out. */
export interface TaskQueueOptions {
	/** Ranks that work. */
	readonly ranks: readonly number[];
	readonly taskCount: number;
	/** Jobs that a worker has at the same time. */
	readonly inflight: number;
	/** Deaths of workers that a job survives. */
	readonly retries: number;
}

/** Gives each job, in the order handed in, to the worker that has the fewest. */
export class TaskQueue {
	readonly #inflight: number;
	readonly #retries: number;
	readonly #queue = new JobQueue();
	readonly #drained: (() => void)[] = [];
	#workers: readonly Worker[];
	#lastDeath: MpiError | undefined;

	constructor(channels: Channels, { ranks, taskCount, inflight, retries }: TaskQueueOptions) {
		this.#inflight = inflight;
		this.#retries = retries;
		this.#workers = ranks.map((rank): Worker => {
			const worker: Worker = new Worker(
				rank,
				channels,
				{ taskCount, inflight },
				{
					onFree: () => this.#dispatch(),
					onDeath: (error, begun, refused) => this.#bury(worker, error, begun, refused),
				},
			);
			return worker;
		});
	}

	/** Ranks that work. */
	get ranks(): number[] {
		return this.#workers.map(({ rank }) => rank);
	}

	/** Jobs that can be under way at the same time. */
	get capacity(): number {
		return this.#workers.length * this.#inflight;
	}

	run(job: Job): void {
		this.#queue.push(job);
		this.#dispatch();
	}

	/** Resolves when no job is queued or under way. */
	async drained(): Promise<void> {
		while (this.#busy) await new Promise<void>((resolve) => this.#drained.push(resolve));
	}

	/** Ends the workers. Not to be called before `drained`. */
	async stop(): Promise<void> {
		await Promise.all(this.#workers.map((worker) => worker.stop()));
	}

	get #busy(): boolean {
		return !this.#queue.empty || this.#workers.some(({ load }) => load > 0);
	}

	#dispatch(): void {
		if (this.#workers.length === 0) this.#giveUp();
		for (let worker = this.#idlest(); worker !== undefined; worker = this.#idlest()) {
			const job = this.#queue.take();
			if (job === undefined) break;
			void worker.start(job);
		}
		if (!this.#busy) for (const resolve of this.#drained.splice(0)) resolve();
	}

	#idlest(): Worker | undefined {
		let best: Worker | undefined;
		for (const worker of this.#workers) {
			if (!worker.full && worker.load < (best?.load ?? Number.POSITIVE_INFINITY)) best = worker;
		}
		return best;
	}

	#bury(worker: Worker, error: MpiError, begun: readonly Job[], refused: Job | undefined): void {
		this.#workers = this.#workers.filter((other) => other !== worker);
		this.#lastDeath = error;
		for (const job of begun) {
			job.deaths++;
			if (job.deaths <= this.#retries) this.#queue.putBack(job);
			else if (!job.settled) job.reject(lost(job, worker.rank, error));
		}
		if (refused !== undefined) this.#queue.putBack(refused);
		this.#dispatch();
	}

	/** Nobody is left to run anything. */
	#giveUp(): void {
		for (let job = this.#queue.take(); job !== undefined; job = this.#queue.take()) {
			const text = `Cannot run task ${JSON.stringify(job.name)}: no worker is left`;
			job.reject(new MpiError("ERR_PROC_FAILED", text, { cause: this.#lastDeath }));
		}
	}
}

function lost({ name, deaths }: Job, rank: number, error: MpiError): TaskError {
	const tries = deaths === 1 ? "the rank that ran it" : `each of the ${deaths} ranks that ran it`;
	const text = `Task ${JSON.stringify(name)} failed: ${tries} died, last rank ${rank} (${error.message})`;
	return new TaskError("ERR_PROC_FAILED", text, { task: name, rank }, error);
}
