import { basename } from "node:path";
import type { Comm } from "../../index.ts";
import { Dispatcher } from "../dispatch/dispatcher.ts";
import { localReplica, RemoteReplica } from "../dispatch/replica.ts";
import type { RequestEnd } from "../dispatch/submission.ts";
import type { Engine, EngineInfo } from "../engine/engine.ts";
import type { Measurement } from "../measure/measure.ts";
import { type RankStatistics, Recorder } from "../measure/recorder.ts";
import type { Delivery } from "../measure/report.ts";
import type { Failure } from "../openai/failure.ts";
import { arrivals } from "../schedule/arrivals.ts";
import type { Batch } from "./batch.ts";
import { Feed } from "./feed.ts";
import type { BadLine, BatchRequest } from "./files/request.ts";
import type { BatchOutcome, Ending } from "./outcome.ts";
import type { RunBatchOptions } from "./run-options.ts";
import { Tally } from "./tally.ts";

/** What rank 0 knows of a rank before it runs anything. */
export interface RankFacts {
	readonly hostname: string;
	readonly engine: EngineInfo;
	/** Requests that it runs at the same time. */
	readonly slots: number;
}

type Options = RunBatchOptions & { readonly measurement: Measurement };

/** Rank 0's side of a run. */
export class BatchRun {
	readonly #batch: Batch;
	readonly #options: Options;
	readonly #ranks: readonly RankFacts[];
	readonly #model: string;
	/** What each rank's answers came to, in case it dies with its statistics. */
	readonly #tallies: Tally[];
	#ended = 0;

	constructor(batch: Batch, options: Options, ranks: readonly RankFacts[]) {
		this.#batch = batch;
		this.#options = options;
		this.#ranks = ranks;
		this.#model = basename(ranks[0]?.engine.model ?? "");
		this.#tallies = ranks.map(() => new Tally());
	}

	async run(comm: Comm, engine: Engine): Promise<BatchOutcome> {
		const { policy = "dynamic", measurement, onPiece, signal } = this.#options;
		const dispatcher: Dispatcher = new Dispatcher({ policy, onError: (error) => feed.fail(error) });
		const feed: Feed = new Feed(dispatcher, {
			onEnd: (request, end) => this.#onEnd(request, end),
			onBadLine: (line) => this.#fail(line, null, line),
			onPiece,
			signal,
			nextArrival: this.#arrivals(),
		});
		for (const [rank, { slots }] of this.#ranks.entries()) {
			const { recorder, stop } = measurement;
			dispatcher.join(
				rank === comm.rank
					? localReplica(engine, { rank, slots, recorder, stop })
					: new RemoteReplica(comm, rank, slots),
			);
		}
		await feed.run(this.#batch.requests());
		const statistics = await dispatcher.close();
		await this.#batch.close();
		return {
			statistics: this.#ranks.map(
				(facts, rank) => statistics.get(rank) ?? this.#statisticsOfDead(rank, facts),
			),
			delivery: this.#delivery(dispatcher.counts.requeued, feed.dropped),
		};
	}

	#arrivals(): (() => number) | undefined {
		const { rate, burstiness = 1, seed = 1 } = this.#options;
		if (rate === undefined) return undefined;
		const times = arrivals({ rate, burstiness, seed });
		return () => times.next().value;
	}

	/** Gives a promise while the disk or the caller is behind. */
	#onEnd(request: BatchRequest, { rank, answer, failure }: RequestEnd): Promise<void> | undefined {
		if (failure !== undefined) return this.#fail(request, rank, failure);
		this.#tallies[rank]?.add(answer);
		const written = this.#batch.answer(request, rank, answer, this.#model);
		return this.#tell({ request, rank, answer }, written);
	}

	#fail(request: BatchRequest | BadLine, rank: number | null, { code, message }: Failure) {
		// No rank's own books know of what no engine has ended.
		if (rank === null || code === "engine_died" || code === "interrupted")
			this.#options.measurement.recorder.refused(message);
		else this.#tallies[rank]?.fail(message);
		const failure = { code, message };
		return this.#tell({ request, rank, failure }, this.#batch.fail(request, rank, failure));
	}

	#tell(ending: Ending, written: Promise<void> | undefined): Promise<void> | undefined {
		this.#ended += 1;
		const heard = this.#options.onEnd?.(ending);
		return written === undefined || heard === undefined ? (written ?? heard) : both(written, heard);
	}

	/** What was read is compared with what is in the output: neither count knows of the other. */
	#delivery(requeued: number, dropped: number): Delivery {
		const { read, skipped, retried } = this.#batch.counts;
		const written = this.#batch.written ?? this.#ended;
		const missing = read - skipped - written - dropped;
		return {
			...{ retried, requeued, lost: Math.max(0, missing), duplicate: Math.max(0, -missing) },
			...(skipped === 0 ? {} : { skipped }),
		};
	}

	#statisticsOfDead(rank: number, { hostname, engine }: RankFacts): RankStatistics {
		const note = "the rank died during the run, and its latencies with it";
		return {
			...new Recorder().result(rank, hostname, { ...engine, note }),
			...this.#tallies[rank]?.figures(),
		};
	}
}

async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
	await Promise.all([one, other]);
}
