import { type Comm, MpiError } from "../../index.ts";
import type { RankStatistics } from "../measure/recorder.ts";
import type { FromWorker, Order, WorkerEvent } from "./messages.ts";
import { Runner } from "./runner.ts";

/** Rank 0's way to a rank. */
export interface Link {
	readonly rank: number;
	readonly order: (orders: readonly Order[]) => void;
	/** Ends the rank's work: its statistics, or undefined if it has died. */
	readonly stop: () => Promise<RankStatistics | undefined>;
}

/** What comes back through a link. */
export interface LinkEvents {
	readonly onEvents: (rank: number, events: readonly WorkerEvent[]) => void;
	/** The rank is gone, as a job may survive: `tsmpirun --on-failure continue`. */
	readonly onDeath: (rank: number, error: MpiError) => void;
	/** Something that must not be. */
	readonly onError: (error: unknown) => void;
}

/** The way to rank 0's own engine. */
export function localLink(
	engine: ConstructorParameters<typeof Runner>[0],
	options: ConstructorParameters<typeof Runner>[1],
	stop: () => Promise<RankStatistics>,
	{ onEvents }: Pick<LinkEvents, "onEvents">,
): Link {
	const runner = new Runner(engine, options, (event) => onEvents(0, [event]));
	return { rank: 0, order: (orders) => runner.take(orders), stop };
}

/** The way to another rank, through a communicator that nobody else uses. */
export class RemoteLink implements Link {
	readonly rank: number;
	readonly #comm: Comm;
	readonly #events: LinkEvents;
	readonly #listening: Promise<RankStatistics | undefined>;
	#pending: Order[] = [];
	#sending = false;

	constructor(comm: Comm, rank: number, events: LinkEvents) {
		this.#comm = comm;
		this.rank = rank;
		this.#events = events;
		this.#listening = this.#listen();
		// `stop` tells.
		this.#listening.catch(() => {});
	}

	/** What is ordered while a message is on its way goes with the next. */
	order(orders: readonly Order[]): void {
		this.#pending.push(...orders);
		if (!this.#sending) void this.#send();
	}

	async stop(): Promise<RankStatistics | undefined> {
		try {
			await this.#comm.send({ stop: true }, { dest: this.rank });
		} catch (error) {
			if (!isDeath(error)) throw error;
		}
		return this.#listening;
	}

	async #send(): Promise<void> {
		this.#sending = true;
		try {
			while (this.#pending.length > 0) {
				await this.#comm.send({ orders: this.#pending.splice(0) }, { dest: this.rank });
			}
		} catch (error) {
			// `#listen` hears of a death, too.
			if (!isDeath(error)) this.#events.onError(error);
		} finally {
			this.#sending = false;
		}
	}

	async #listen(): Promise<RankStatistics | undefined> {
		try {
			for (;;) {
				const message = await this.#comm.recv<FromWorker>({ source: this.rank });
				if ("statistics" in message) return message.statistics;
				this.#events.onEvents(this.rank, message.events);
			}
		} catch (error) {
			if (isDeath(error)) this.#events.onDeath(this.rank, error);
			else this.#events.onError(error);
			return undefined;
		}
	}
}

export function isDeath(error: unknown): error is MpiError {
	return error instanceof MpiError && error.code === "ERR_PROC_FAILED";
}
