import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Comm } from "../../index.ts";
import { localReplica, RemoteReplica } from "../dispatch/replica.ts";
import type { RequestEnd } from "../dispatch/submission.ts";
import type { Engine, EngineInfo } from "../engine/engine.ts";
import type { LocatedFailure } from "../measure/counts/failure-counts.ts";
import { FieldCounts } from "../measure/counts/field-counts.ts";
import type { Measurement } from "../measure/measure.ts";
import { type RankStatistics, Recorder } from "../measure/recorder.ts";
import type { Delivery } from "../measure/report.ts";
import { arrivals } from "../schedule/arrivals.ts";
import type { Batch } from "./batch.ts";
import { Feed } from "./feed.ts";
import type { BadLine, BatchRequest } from "./files/request.ts";
import { type ModelNames, Models } from "./models.ts";
import type { BatchOutcome, Ending } from "./outcome.ts";
import type { RunBatchOptions } from "./run-options.ts";
import { Tally } from "./tally.ts";
import { watchedReplica } from "./watch.ts";

/** What rank 0 knows of a rank before it runs anything. */
export interface RankFacts {
	readonly hostname: string;
	readonly engine: EngineInfo;
	/** Requests that it runs at the same time. */
	readonly slots: number;
	/** Of a job with several models: how requests may call the one of this rank. */
	readonly model?: ModelNames;
}

/** How long ranks of an interrupted job may take to tell what they measured. */
const PATIENCE_MS = 1000;
const NOBODY: ReadonlyMap<number, RankStatistics | undefined> = new Map();

type Options = RunBatchOptions & { readonly measurement: Measurement };

/** Rank 0's side of a run. */
export class BatchRun {
	readonly #batch: Batch;
	readonly #options: Options;
	readonly #ranks: readonly RankFacts[];
	/** What each rank's answers came to, in case it dies with its statistics. */
	readonly #tallies: Tally[];
	readonly #ignored = new FieldCounts();
	#ended = 0;

	constructor(batch: Batch, options: Options, ranks: readonly RankFacts[]) {
		this.#batch = batch;
		this.#options = options;
		this.#ranks = ranks;
		this.#tallies = ranks.map(() => new Tally());
	}

	async run(comm: Comm, engine: Engine): Promise<BatchOutcome> {
		try {
			return await this.#run(comm, engine);
		} catch (error) {
			await this.#batch.release();
			throw error;
		}
	}

	async #run(comm: Comm, engine: Engine): Promise<BatchOutcome> {
		const { policy = "dynamic", measurement, onPiece, signal, watch } = this.#options;
		const models: Models = new Models({ policy, onError: (error) => feed.fail(error) });
		watch?.begun(this.#ranks.map(({ slots }) => slots));
		const feed: Feed = new Feed(models, {
			watch,
			onEnd: (request, end) => this.#onEnd(request, end),
			onBadLine: (line) => this.#fail(line, null, line),
			refusal: (request) => models.refusal(request),
			onPiece,
			signal,
			nextArrival: this.#arrivals(),
		});
		for (const [rank, { slots, model }] of this.#ranks.entries()) {
			const { recorder, stop } = measurement;
			const replica =
				rank === comm.rank
					? localReplica(engine, { rank, slots, recorder, stop })
					: new RemoteReplica(comm, rank, slots);
			models.join(watchedReplica(replica, watch), model);
		}
		await feed.run(this.#batch.requests());
		const interrupted = signal?.aborted === true;
		const statistics = await this.#statistics(models, interrupted);
		await this.#batch.close({ order: !interrupted });
		return {
			statistics,
			delivery: this.#delivery(models.requeued, interrupted),
			ignored: this.#ignored.toData(),
			resumable: this.#batch.resumable,
			...(interrupted ? { interrupted: interruptionOf(signal) } : {}),
		};
	}

	/** Of every rank. Whoever interrupts a job waits for its end: then a rank that does not answer soon is left out. */
	async #statistics(models: Models, interrupted: boolean): Promise<RankStatistics[]> {
		const closed = models.close();
		const statistics = await (interrupted
			? Promise.race([closed, delay(PATIENCE_MS, NOBODY, { ref: false })])
			: closed);
		return this.#ranks.map((facts, rank) => {
			const told = statistics.get(rank);
			if (told === undefined) return this.#statisticsOfDead(rank, facts);
			// A rank counts what ended after the abort as well, which nobody has taken from it.
			return interrupted ? { ...told, ...this.#tallies[rank]?.answers() } : told;
		});
	}

	#arrivals(): (() => number) | undefined {
		const { rate, burstiness = 1, seed = 1 } = this.#options;
		if (rate === undefined) return undefined;
		const times = arrivals({ rate, burstiness, seed });
		return () => times.next().value;
	}

	/** Gives a promise while the disk or the caller is behind. */
	#onEnd(request: BatchRequest, { rank, answer, failure }: RequestEnd): Promise<void> | undefined {
		this.#ignored.add(request.ignored ?? []);
		if (failure !== undefined) return this.#fail(request, rank, failure);
		this.#tallies[rank]?.add(answer);
		const written = this.#batch.answer(request, rank, answer, this.#modelOf(rank));
		return this.#tell({ request, rank, answer }, written);
	}

	#modelOf(rank: number): string {
		return basename(this.#ranks[rank]?.engine.model ?? "");
	}

	#fail(request: BatchRequest | BadLine, rank: number | null, located: LocatedFailure) {
		const { code, message, param } = located;
		// No rank's own books know of what no engine has ended.
		if (rank === null || code === "engine_died" || code === "interrupted")
			this.#options.measurement.recorder.refused(located);
		else this.#tallies[rank]?.fail(located);
		const failure = { code, message, ...(param === undefined ? {} : { param }) };
		return this.#tell({ request, rank, failure }, this.#batch.fail(request, rank, failure));
	}

	#tell(ending: Ending, written: Promise<void> | undefined): Promise<void> | undefined {
		this.#ended += 1;
		this.#options.watch?.ended(ending);
		const heard = this.#options.onEnd?.(ending);
		return written === undefined || heard === undefined ? (written ?? heard) : both(written, heard);
	}

	/** What was read is compared with what is in the output: neither count knows of the other. */
	#delivery(requeued: number, interrupted: boolean): Delivery {
		const { read, skipped, failedBefore, retried } = this.#batch.counts;
		const written = this.#batch.written ?? this.#ended;
		// What an interrupted run has read and not ended is neither lost nor done.
		const missing = (interrupted ? this.#ended : read - skipped) - written;
		return {
			...{ retried, requeued, lost: Math.max(0, missing), duplicate: Math.max(0, -missing) },
			...(skipped === 0 ? {} : { skipped }),
			...(failedBefore === 0 ? {} : { failed_before: failedBefore }),
		};
	}

	#statisticsOfDead(rank: number, { hostname, engine }: RankFacts): RankStatistics {
		const { recorder } = this.#options.measurement;
		// Of this process the books are at hand, also where another rank keeps it from closing them.
		if (rank === 0) return recorder.result(rank, hostname, engine);
		const note = "the rank died during the run, or did not answer at its end: its latencies are not known";
		return {
			...new Recorder().result(rank, hostname, { ...engine, note }),
			...this.#tallies[rank]?.figures(),
		};
	}
}

async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
	await Promise.all([one, other]);
}

/** What a report says of an abort: a signal's name, or whatever text the program gave. */
function interruptionOf({ reason }: AbortSignal): string {
	return typeof reason === "string" ? reason : "an abort";
}
