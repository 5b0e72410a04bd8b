import type { Comm } from "../../index.ts";
import type { Engine } from "../engine/engine.ts";
import { JobError } from "../errors.ts";
import type { Measurement } from "../measure/measure.ts";
import { tellFigures } from "./figures.ts";
import type { FromWorker, ToWorker, WorkerEvent } from "./messages.ts";
import { isDeath } from "./replica.ts";
import { Runner } from "./runner.ts";

/** Rank 0 hears from a rank that runs something at least so often. */
const BEAT_MS = 1000;

/** How a rank works. */
export interface WorkOptions {
	readonly measurement: Measurement;
	/** Requests that run at the same time. */
	readonly slots: number;
}

/**
 * Runs what rank 0 orders until it says stop: the other end of a `RemoteReplica`.
 *
 * @throws {JobError} if rank 0 has died.
 */
export async function work(comm: Comm, engine: Engine, { measurement, slots }: WorkOptions): Promise<void> {
	const mailbox = new Mailbox(comm);
	const runner = new Runner(engine, { recorder: measurement.recorder, slots }, (event) =>
		mailbox.tell(event),
	);
	const stopFigures = tellFigures(engine, (event) => mailbox.tell(event));
	const beat = setInterval(() => runner.busy && mailbox.tell({ type: "beat" }), BEAT_MS);
	try {
		for (;;) {
			const message = await comm.recv<ToWorker>({ source: 0 });
			if ("stop" in message) break;
			runner.take(message.orders);
			runner.cancel(message.cancels);
		}
		stopFigures();
		await mailbox.close();
		const statistics = await measurement.stop();
		await comm.send({ statistics } satisfies FromWorker, { dest: 0 });
	} catch (error) {
		if (!isDeath(error)) throw error;
		await engine.close();
		const text = "Cannot go on: rank 0, which hands out the requests, has died; --resume goes on from there";
		throw new JobError(text, 1, { cause: error });
	} finally {
		clearInterval(beat);
		stopFigures();
	}
}

/** Sends events to rank 0; those that come while a message is on its way go with the next. */
class Mailbox {
	readonly #comm: Comm;
	#events: WorkerEvent[] = [];
	#sending: Promise<void> | undefined;

	constructor(comm: Comm) {
		this.#comm = comm;
	}

	tell(event: WorkerEvent): void {
		this.#events.push(event);
		this.#sending ??= this.#send();
		// If rank 0 is dead, the receive in `work` rejects too, and ends it.
		this.#sending.catch(() => {});
	}

	async close(): Promise<void> {
		await this.#sending;
	}

	async #send(): Promise<void> {
		try {
			while (this.#events.length > 0) {
				const events = this.#events.splice(0);
				await this.#comm.send({ events } satisfies FromWorker, { dest: 0 });
			}
		} finally {
			this.#sending = undefined;
		}
	}
}
