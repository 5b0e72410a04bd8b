/// <reference lib="esnext.disposable" preserve="true" />
import { describeValue, unknownKey } from "../base/check-options.ts";
import { ArgumentError, MpiError } from "../index.ts";
import { type Channels, freeChannels } from "./channels.ts";
import { Flow, type Indexed } from "./flow.ts";
import { Job } from "./job.ts";
import { onAbort } from "./on-abort.ts";
import type { TaskQueue } from "./task-queue.ts";
import type { Argument, Items, Result, Tasks } from "./tasks.ts";

/** How a task is called. */
export interface TaskOptions {
	/** Drops what has not started and gives up what has; what runs already runs to its end, for nobody. */
	readonly signal?: AbortSignal | undefined;
}

/** A result of `mapUnordered`, with the place of its item. */
export type Unordered<R> = Indexed<R>;

/**
 * Runs tasks on the other ranks, as mpi4py's MPIPoolExecutor does. Rank 0 has it; made by `openPool`.
 *
 * An argument must not change until its task has ended: it is sent when a worker is free.
 */
export class Pool<T extends Tasks> implements AsyncDisposable {
	readonly #channels: Channels;
	readonly #queue: TaskQueue;
	/** Sorted; the index is the name on the wire. */
	readonly #names: readonly string[];
	readonly #calls = new Set<Promise<unknown>>();
	readonly #flows = new Set<Flow<unknown>>();
	#closing: Promise<void> | undefined;

	/** @internal */
	constructor(channels: Channels, queue: TaskQueue, names: readonly string[]) {
		this.#channels = channels;
		this.#queue = queue;
		this.#names = names;
	}

	/** Ranks that work for it: those that have died are not among them. */
	get workers(): readonly number[] {
		return this.#queue.ranks;
	}

	/**
	 * Runs one task on the next worker that is free. Tasks start in the order of the calls. `submit` of mpi4py.
	 *
	 * @returns What the task gave.
	 * @throws {TaskError} if the task throws, if its result cannot be sent, or (ERR_PROC_FAILED) if more ranks died of it
	 *   than `retries` allows.
	 * @throws {MpiError} ERR_TYPE for an argument that cannot be sent, ERR_ARG for a task that is not in the table,
	 *   ERR_PROC_FAILED if no worker is left, ERR_OTHER after `close()`.
	 */
	async submit<N extends keyof T & string>(
		name: N,
		argument: Argument<T, N>,
		options: TaskOptions = {},
	): Promise<Result<T, N>> {
		this.#check("submit", name, options);
		const job = this.#job(name, argument);
		const forget = onAbort(options.signal, (reason) => {
			if (!job.settled) job.reject(reason);
		});
		this.#queue.run(job);
		return (await this.#counted(job.outcome.finally(forget))) as Result<T, N>;
	}

	/**
	 * Runs a task on every item. Items are read only as fast as they are worked on. `map` of mpi4py.
	 *
	 * @param items Any iterable or async iterable.
	 * @returns The results in the order of the items.
	 * @throws {MpiError} as `submit`: with the first task that fails, no further item is read and all other results are
	 *   dropped.
	 */
	async map<N extends keyof T & string>(
		name: N,
		items: Items<Argument<T, N>>,
		options: TaskOptions = {},
	): Promise<Result<T, N>[]> {
		this.#check("map", name, options);
		const collect = async () => {
			const values: Result<T, N>[] = [];
			for await (const { index, value } of this.#flow("map", name, items, options).results()) {
				values[index] = value as Result<T, N>;
			}
			return values;
		};
		return await this.#counted(collect());
	}

	/**
	 * Runs a task on every item and gives each result as soon as it is there, with the index of its item. It begins with
	 * the first result that is asked for; whoever is slow in taking results slows the reading of items. Leaving the
	 * loop drops what is under way.
	 *
	 * @throws {MpiError} as `map`; ERR_OTHER if the pool is closed meanwhile.
	 */
	async *mapUnordered<N extends keyof T & string>(
		name: N,
		items: Items<Argument<T, N>>,
		options: TaskOptions = {},
	): AsyncGenerator<Unordered<Result<T, N>>, void, undefined> {
		this.#check("mapUnordered", name, options);
		const flow = this.#flow("mapUnordered", name, items, options);
		this.#flows.add(flow);
		try {
			yield* flow.results() as AsyncGenerator<Unordered<Result<T, N>>, void, undefined>;
		} finally {
			this.#flows.delete(flow);
		}
	}

	/**
	 * Ends the pool: waits for every `submit` and `map`, lets a `mapUnordered` read no further, and sends the workers on
	 * from `openPool`. `shutdown` of mpi4py; `await using` calls it.
	 */
	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #close(): Promise<void> {
		for (const flow of this.#flows) flow.refuse(closed("go on with mapUnordered"));
		while (this.#calls.size > 0) await Promise.allSettled(this.#calls);
		await this.#queue.drained();
		await this.#queue.stop();
		freeChannels(this.#channels);
	}

	#check(operation: string, name: string, options: TaskOptions): void {
		if (this.#closing !== undefined) throw closed(operation);
		if (!this.#names.includes(name)) {
			const known = this.#names.map((each) => JSON.stringify(each)).join(", ");
			const text = `Cannot ${operation} task ${describeValue(name)}: the tasks are ${known}`;
			throw new ArgumentError("ERR_ARG", text);
		}
		if (typeof options !== "object" || options === null || !isSignal(options.signal)) {
			const text = `Cannot ${operation} with these options: an object is needed, such as { signal }, with an AbortSignal`;
			throw new ArgumentError("ERR_ARG", text);
		}
		const wrongKey = unknownKey(options, ["signal"]);
		if (wrongKey !== undefined) throw new ArgumentError("ERR_ARG", `Cannot ${operation}: ${wrongKey}`);
	}

	#job(name: string, argument: unknown): Job {
		return new Job(name, this.#names.indexOf(name), argument);
	}

	#flow(operation: string, name: string, items: Items<unknown>, { signal }: TaskOptions): Flow<unknown> {
		if (!isIterable(items)) {
			const text = `Cannot ${operation} ${JSON.stringify(name)} over a ${typeof items}: an iterable is needed`;
			throw new ArgumentError("ERR_TYPE", text);
		}
		// Where nobody is left to work, the first item is read and its task says so.
		const limit = () => Math.max(1, this.#queue.capacity);
		const start = (item: unknown) => {
			const job = this.#job(name, item);
			this.#queue.run(job);
			return job;
		};
		return new Flow(items, { limit, start }, signal);
	}

	/** Has `close` wait for a call. */
	async #counted<R>(call: Promise<R>): Promise<R> {
		this.#calls.add(call);
		try {
			return await call;
		} finally {
			this.#calls.delete(call);
		}
	}
}

function closed(action: string): MpiError {
	return new MpiError("ERR_OTHER", `Cannot ${action}: the pool is closed`);
}

function isSignal(signal: unknown): boolean {
	return signal === undefined || signal instanceof AbortSignal;
}

function isIterable(items: unknown): boolean {
	if (typeof items === "string") return true;
	return (
		typeof items === "object" && items !== null && (Symbol.asyncIterator in items || Symbol.iterator in items)
	);
}
