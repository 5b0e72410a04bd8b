import type { MpiError } from "../index.ts";
import { type Channels, orderTag, readAnswerTag, STOP } from "./channels.ts";
import { isDeath, TaskError } from "./errors.ts";
import type { Job } from "./job.ts";
import { restoreError, type SerializedError } from "./serialized-error.ts";

/** What a worker tells the task queue. */
export interface WorkerEvents {
	/** It can take another job. */
	readonly onFree: () => void;
	/**
	 * Its rank is gone.
	 *
	 * @param begun Jobs that were under way there.
	 * @param refused A job that never reached it.
	 */
	readonly onDeath: (error: MpiError, begun: readonly Job[], refused?: Job) => void;
}

/** Rank 0's view of one worker. */
export class Worker {
	/** Its rank. */
	readonly rank: number;
	readonly #channels: Channels;
	readonly #taskCount: number;
	readonly #events: WorkerEvents;
	readonly #jobs = new Map<number, Job>();
	readonly #slots: number[];
	/** Answers that are due: a job whose argument could not be sent gets none. */
	#due = 0;
	#receiving = false;
	#dead = false;

	constructor(
		rank: number,
		channels: Channels,
		limits: { taskCount: number; inflight: number },
		events: WorkerEvents,
	) {
		this.rank = rank;
		this.#channels = channels;
		this.#taskCount = limits.taskCount;
		this.#slots = Array.from({ length: limits.inflight }, (_, slot) => slot);
		this.#events = events;
	}

	/** How many jobs it has. */
	get load(): number {
		return this.#jobs.size;
	}

	get full(): boolean {
		return this.#slots.length === 0;
	}

	/** Hands a job over. Not to be called when it is full. */
	async start(job: Job): Promise<void> {
		const slot = this.#slots.pop() as number;
		this.#jobs.set(slot, job);
		const tag = orderTag(job.task, slot, this.#taskCount);
		try {
			await this.#channels.orders.send(job.argument, { dest: this.rank, tag });
		} catch (error) {
			// `#receive` has noticed the death already.
			if (this.#dead) return;
			this.#jobs.delete(slot);
			this.#slots.push(slot);
			if (isDeath(error)) {
				this.#die(error, job);
				return;
			}
			job.reject(error);
			this.#events.onFree();
			return;
		}
		this.#due++;
		if (!this.#receiving) await this.#receive();
	}

	/** Ends its loop. Not to be called while it has jobs. */
	async stop(): Promise<void> {
		try {
			await this.#channels.orders.send(undefined, { dest: this.rank, tag: STOP });
		} catch (error) {
			if (!isDeath(error)) throw error;
		}
	}

	/** Takes answers while some are due: a pool without work waits for nothing. */
	async #receive(): Promise<void> {
		this.#receiving = true;
		try {
			while (this.#due > 0) {
				const answer = await this.#channels.answers.mprobe({ source: this.rank });
				const value = await answer.recv();
				this.#due--;
				const { slot, failed } = readAnswerTag(answer.tag);
				const job = this.#jobs.get(slot) as Job;
				this.#jobs.delete(slot);
				this.#slots.push(slot);
				if (failed) job.reject(this.#failed(job, value as SerializedError));
				else job.resolve(value);
				this.#events.onFree();
			}
		} catch (error) {
			if (!isDeath(error)) throw error;
			if (!this.#dead) this.#die(error);
		} finally {
			this.#receiving = false;
		}
	}

	#die(error: MpiError, refused?: Job): void {
		this.#dead = true;
		const begun = [...this.#jobs.values()];
		this.#jobs.clear();
		this.#slots.length = 0;
		this.#events.onDeath(error, begun, refused);
	}

	#failed({ name }: Job, failure: SerializedError): TaskError {
		const text = `Task ${JSON.stringify(name)} failed on rank ${this.rank}: ${failure.message}`;
		return new TaskError("ERR_OTHER", text, { task: name, rank: this.rank }, restoreError(failure));
	}
}
