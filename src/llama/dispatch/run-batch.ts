import { basename } from "node:path";
import type { Mpi } from "../../index.ts";
import type { Answer, Failure } from "../batch/answer-line.ts";
import type { Batch } from "../batch/batch.ts";
import type { BadLine, Request } from "../batch/request.ts";
import type { Engine, EngineInfo } from "../engine/engine.ts";
import type { Measurement } from "../measure/measure.ts";
import { type RankStatistics, Recorder } from "../measure/recorder.ts";
import type { Delivery } from "../measure/report.ts";
import { arrivalTimes } from "../schedule/arrivals.ts";
import type { Policy } from "../schedule/scheduler.ts";
import { Dispatcher } from "./dispatcher.ts";
import { type Link, localLink, RemoteLink } from "./link.ts";
import { Tally } from "./tally.ts";
import { work } from "./work.ts";

/** How a request ended. */
export interface Ending {
	readonly request: Request | BadLine;
	/** Where; null: nowhere, it could not be run. */
	readonly rank: number | null;
	readonly answer?: Answer;
	readonly failure?: Failure;
}

/** How to run a batch. */
export interface RunBatchOptions {
	readonly policy: Policy;
	/** Requests that a rank runs at the same time. */
	readonly inflight: number;
	readonly measurement: Measurement;
	/** Requests per second of an open loop; undefined: the next starts when one ends. */
	readonly rate?: number | undefined;
	readonly burstiness?: number | undefined;
	/** Of the arrivals. */
	readonly seed?: number | undefined;
	/** Called on rank 0 for each request as it ends. While a promise that it gave is pending, nothing is handed out. */
	readonly onEnd?: (ending: Ending) => Promise<void> | undefined;
}

/** What a run came to, on rank 0. */
export interface BatchOutcome {
	readonly statistics: readonly RankStatistics[];
	readonly delivery: Delivery;
}

/**
 * Runs a batch on the engines of all ranks. Collective; the batch is rank 0's, which hands the requests out and runs its
 * share. Every request ends once: as an answer or as a failure. One whose engine or rank dies is handed out again.
 *
 * @returns on rank 0 what the run came to.
 * @throws {JobError} on rank 0 if the input cannot be read any more or the output not written; elsewhere if rank 0 died.
 */
export async function runBatch(
	{ world, hostname }: Pick<Mpi, "world" | "hostname">,
	engine: Engine,
	batch: Batch | undefined,
	options: RunBatchOptions,
): Promise<BatchOutcome | undefined> {
	const { measurement, inflight } = options;
	const comm = await world.dup();
	// For the report on ranks that die.
	const ranks = await comm.gather<RankInfo>({ hostname, engine: engine.info });
	try {
		if (batch !== undefined && ranks !== undefined) {
			return await new BatchRun(batch, options, ranks).run(comm, engine);
		}
		await work(comm, engine, { measurement, inflight });
		return undefined;
	} finally {
		comm.free();
	}
}

interface RankInfo {
	readonly hostname: string;
	readonly engine: EngineInfo;
}

/** Rank 0's side of a run. */
class BatchRun {
	readonly #batch: Batch;
	readonly #options: RunBatchOptions;
	readonly #ranks: readonly RankInfo[];
	readonly #model: string;
	/** What each rank's answers came to, in case it dies with its statistics. */
	readonly #tallies: Tally[];
	#ended = 0;
	#pressure: Promise<void> | undefined;

	constructor(batch: Batch, options: RunBatchOptions, ranks: readonly RankInfo[]) {
		this.#batch = batch;
		this.#options = options;
		this.#ranks = ranks;
		this.#model = basename(ranks[0]?.engine.model ?? "");
		this.#tallies = ranks.map(() => new Tally());
	}

	async run(comm: Mpi["world"], engine: Engine): Promise<BatchOutcome> {
		const { policy, inflight, measurement, rate, burstiness, seed } = this.#options;
		const arrivalOf =
			rate === undefined
				? undefined
				: arrivalTimes({ rate, ...optional({ burstiness }), ...optional({ seed }) });
		const dispatcher = new Dispatcher(
			{ policy, ranks: comm.size, inflight, arrivalOf },
			{
				answer: (request, rank, answer) => this.#answer(request, rank, answer),
				fail: (request, rank, failure) => this.#fail(request, rank, failure),
				pressure: () => this.#batch.pressure ?? this.#pressure,
			},
		);
		const events = {
			onEvents: dispatcher.handle.bind(dispatcher),
			onDeath: (rank: number, error: Error) => dispatcher.lose(rank, error.message),
			onError: (error: unknown) => dispatcher.fail(error),
		};
		const stop = () => measurement.stop();
		const links: Link[] = [localLink(engine, { recorder: measurement.recorder, inflight }, stop, events)];
		for (let rank = 1; rank < comm.size; rank++) links.push(new RemoteLink(comm, rank, events));
		for (const link of links) dispatcher.addLink(link);
		await dispatcher.run(this.#batch.requests());
		// Together: they compare their clocks once more.
		const statistics = await Promise.all(links.map((link) => link.stop()));
		await this.#batch.close();
		return {
			statistics: statistics.map((each, rank) => each ?? this.#statisticsOfDead(rank)),
			delivery: this.#delivery(dispatcher.counts.requeued),
		};
	}

	#answer(request: Request, rank: number, answer: Answer): void {
		this.#ended += 1;
		this.#tallies[rank]?.add(answer);
		this.#batch.answer(request, rank, answer, this.#model);
		this.#tell({ request, rank, answer });
	}

	#fail(request: Request | BadLine, rank: number | null, failure: Failure): void {
		this.#ended += 1;
		if (rank === null || failure.code === "engine_died")
			this.#options.measurement.recorder.refused(failure.message);
		else this.#tallies[rank]?.fail(failure.message);
		this.#batch.fail(request, rank, failure);
		this.#tell({ request, rank, failure });
	}

	#tell(ending: Ending): void {
		const pressure = this.#options.onEnd?.(ending);
		if (pressure === undefined) return;
		this.#pressure = pressure;
		const over = () => {
			if (this.#pressure === pressure) this.#pressure = undefined;
		};
		pressure.then(over, over);
	}

	/** What was read is compared with what is in the output: neither count knows of the other. */
	#delivery(requeued: number): Delivery {
		const { read, skipped, retried } = this.#batch.counts;
		const written = this.#batch.written ?? this.#ended;
		const missing = read - skipped - written;
		return {
			...{ retried, requeued, lost: Math.max(0, missing), duplicate: Math.max(0, -missing) },
			...(skipped === 0 ? {} : { skipped }),
		};
	}

	#statisticsOfDead(rank: number): RankStatistics {
		const { hostname, engine } = this.#ranks[rank] as RankInfo;
		const note = "the rank died during the run, and its latencies with it";
		return {
			...new Recorder().result(rank, hostname, { ...engine, note }),
			...this.#tallies[rank]?.figures(),
		};
	}
}

function optional<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
		[K in keyof T]?: Exclude<T[K], undefined>;
	};
}
