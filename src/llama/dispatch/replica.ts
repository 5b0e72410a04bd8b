import { type Comm, MpiError } from "../../index.ts";
import type { Engine } from "../engine/engine.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import { tellFigures } from "./figures.ts";
import type { FromWorker, Order, ToWorker, WorkerEvent } from "./messages.ts";
import { Runner, type RunnerOptions } from "./runner.ts";

/** Hears what happens on a rank. */
export interface ReplicaListener {
	readonly onEvents: (events: readonly WorkerEvent[]) => void;
	/** The rank has died, as a job may survive: `tsmpirun --on-failure continue`. */
	readonly onDeath: (reason: string) => void;
	/** The rank cannot be used any more, for a reason that no death explains. */
	readonly onError: (error: unknown) => void;
}

/** A rank and its engine, as rank 0 handles them. */
export interface Replica {
	readonly rank: number;
	/** Requests that it runs at the same time. */
	readonly slots: number;
	/** Called once, before anything is ordered. */
	listen(listener: ReplicaListener): void;
	/** Gives it requests to run. */
	order(orders: readonly Order[]): void;
	/** Aborts requests, whether they run or wait; "cancelled" tells when each is off. */
	cancel(ids: readonly number[]): void;
	/** Ends its work. Resolves with its statistics, or undefined if it has died. */
	stop(): Promise<RankStatistics | undefined>;
}

/** What the replica of this process needs. */
export interface LocalReplicaOptions extends RunnerOptions {
	/** This process's rank. @default 0 */
	readonly rank?: number;
	/** Ends the rank's measurement. */
	readonly stop: () => Promise<RankStatistics>;
}

/** The replica of this process, around its own engine. */
export function localReplica(engine: Engine, { rank = 0, stop, ...options }: LocalReplicaOptions): Replica {
	let listener: ReplicaListener | undefined;
	let stopFigures = () => {};
	const runner = new Runner(engine, options, (event) => listener?.onEvents([event]));
	return {
		rank,
		slots: options.slots,
		listen: (hears) => {
			listener = hears;
			stopFigures = tellFigures(engine, (event) => hears.onEvents([event]));
		},
		order: (orders) => runner.take(orders),
		cancel: (ids) => runner.cancel(ids),
		stop: () => {
			stopFigures();
			return stop();
		},
	};
}

/** The replica of another rank, which runs `work`, through a communicator that nobody else uses. */
export class RemoteReplica implements Replica {
	readonly rank: number;
	readonly slots: number;
	readonly #comm: Comm;
	#listening: Promise<RankStatistics | undefined> = Promise.resolve(undefined);
	#listener: ReplicaListener | undefined;
	#orders: Order[] = [];
	#cancels: number[] = [];
	#sending: Promise<void> | undefined;

	constructor(comm: Comm, rank: number, slots: number) {
		this.#comm = comm;
		this.rank = rank;
		this.slots = slots;
	}

	listen(listener: ReplicaListener): void {
		this.#listener = listener;
		this.#listening = this.#listen(listener);
	}

	order(orders: readonly Order[]): void {
		for (const order of orders) this.#orders.push(order);
		this.#sendSoon();
	}

	cancel(ids: readonly number[]): void {
		this.#cancels.push(...ids);
		this.#sendSoon();
	}

	async stop(): Promise<RankStatistics | undefined> {
		try {
			// Nobody receives after it has stopped.
			await this.#sending;
			await this.#comm.send({ stop: true } satisfies ToWorker, { dest: this.rank });
		} catch (error) {
			if (!isDeath(error)) throw error;
		}
		return this.#listening;
	}

	/** What comes while a message is on its way goes with the next. */
	#sendSoon(): void {
		this.#sending ??= this.#send();
	}

	async #send(): Promise<void> {
		try {
			while (this.#orders.length + this.#cancels.length > 0) {
				const message = { orders: this.#orders, cancels: this.#cancels } satisfies ToWorker;
				this.#orders = [];
				this.#cancels = [];
				await this.#comm.send(message, { dest: this.rank });
			}
		} catch (error) {
			// Of a death `#listen` tells.
			if (!isDeath(error)) this.#listener?.onError(error);
		} finally {
			this.#sending = undefined;
		}
	}

	async #listen(listener: ReplicaListener): Promise<RankStatistics | undefined> {
		try {
			for (;;) {
				const message = await this.#comm.recv<FromWorker>({ source: this.rank });
				if ("statistics" in message) return message.statistics;
				listener.onEvents(message.events);
			}
		} catch (error) {
			if (isDeath(error)) listener.onDeath(error.message);
			else listener.onError(error);
			return undefined;
		}
	}
}

/** Whether an operation failed because the rank that it needed is dead. */
export function isDeath(error: unknown): error is MpiError {
	return error instanceof MpiError && error.code === "ERR_PROC_FAILED";
}
