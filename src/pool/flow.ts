import type { Job } from "./job.ts";
import { onAbort } from "./on-abort.ts";
import type { Items } from "./tasks.ts";

/** A result and the place of its item. */
export interface Indexed<R> {
	/** Place of the item, from 0. */
	readonly index: number;
	/** What the task gave for it. */
	readonly value: R;
}

/** What a flow needs of its pool. */
export interface FlowHooks<A> {
	/** Items that may be under way, or wait as results to be taken, at the moment. */
	readonly limit: () => number;
	/** Starts the task on an item. */
	readonly start: (item: A) => Job;
}

/**
 * Runs one task on many items. It reads an item only when the pool can run it and no results pile up, so that the items
 * may be endless and whoever takes the results sets the pace.
 */
export class Flow<A> {
	readonly #hooks: FlowHooks<A>;
	readonly #source: AsyncIterator<A> | Iterator<A>;
	readonly #signal: AbortSignal | undefined;
	readonly #ready: Indexed<unknown>[] = [];
	readonly #jobs = new Set<Job>();
	#wakers: (() => void)[] = [];
	#reading = false;
	#exhausted = false;
	#failure: { readonly reason: unknown } | undefined;
	#refusal: Error | undefined;

	/** @throws {TypeError} if the items cannot be iterated. */
	constructor(items: Items<A>, hooks: FlowHooks<A>, signal: AbortSignal | undefined) {
		this.#source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
		this.#hooks = hooks;
		this.#signal = signal;
	}

	/** Ends it at once, with a reason; the first one stays. */
	fail(reason: unknown): void {
		this.#failure ??= { reason };
		for (const job of this.#jobs) if (!job.settled) job.reject(reason);
		this.#notify();
	}

	/** Reads no further; what is under way still ends well, and then this error is thrown. */
	refuse(error: Error): void {
		this.#refusal = error;
		this.#notify();
	}

	/** The results in the order in which they come. To be called once. */
	async *results(): AsyncGenerator<Indexed<unknown>, void, undefined> {
		const forget = onAbort(this.#signal, (reason) => this.fail(reason));
		void this.#feed();
		try {
			for (;;) {
				await this.#until(() => this.#failed || this.#ready.length > 0 || this.#finished);
				if (this.#failure !== undefined) throw this.#failure.reason;
				const next = this.#ready.shift();
				if (next === undefined) break;
				this.#notify();
				yield next;
			}
			if (!this.#exhausted) throw this.#refusal;
		} finally {
			forget();
			this.fail(undefined);
			await this.#closeSource();
		}
	}

	get #failed(): boolean {
		return this.#failure !== undefined;
	}

	/** Whether no result will come any more. */
	get #finished(): boolean {
		return this.#jobs.size === 0 && !this.#reading && (this.#exhausted || this.#refusal !== undefined);
	}

	async #feed(): Promise<void> {
		const full = () => this.#jobs.size + this.#ready.length >= this.#hooks.limit();
		const over = () => this.#failed || this.#refusal !== undefined;
		try {
			for (let index = 0; ; index++) {
				await this.#until(() => over() || !full());
				if (over()) return;
				this.#reading = true;
				const next = await this.#source.next();
				this.#reading = false;
				if (next.done) {
					this.#exhausted = true;
					return;
				}
				if (!over()) void this.#run(index, next.value);
			}
		} catch (error) {
			// Of the items themselves; an iterator that has thrown is at its end.
			this.#reading = false;
			this.#exhausted = true;
			this.fail(error);
		} finally {
			this.#notify();
		}
	}

	async #run(index: number, item: A): Promise<void> {
		const job = this.#hooks.start(item);
		this.#jobs.add(job);
		try {
			this.#ready.push({ index, value: await job.outcome });
		} catch (error) {
			this.fail(error);
		}
		this.#jobs.delete(job);
		this.#notify();
	}

	/** Lets the items' own clean-up run, as `for await` does. One that is being read may never answer. */
	async #closeSource(): Promise<void> {
		if (this.#exhausted) return;
		const closing = Promise.resolve(this.#source.return?.());
		if (this.#reading) closing.catch(() => undefined);
		else await closing;
	}

	async #until(test: () => boolean): Promise<void> {
		while (!test()) await new Promise<void>((resolve) => this.#wakers.push(resolve));
	}

	#notify(): void {
		for (const wake of this.#wakers.splice(0)) wake();
	}
}
