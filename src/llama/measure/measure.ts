import { BOOLEAN, checkArgument, checkOptions, type Kinds, MPI, objectWith } from "../../base/check-types.ts";
import type { Mpi } from "../../index.ts";
import { ENGINE } from "../engine/check.ts";
import type { Engine, EngineInfo } from "../engine/engine.ts";
import { startClock } from "./clock.ts";
import { watchGpus } from "./gpu.ts";
import type { CacheMeasurement } from "./measure-cache.ts";
import { type RankStatistics, Recorder } from "./recorder.ts";
import { SLO, type Slo } from "./slo.ts";

/** What to measure. */
export interface MeasureOptions {
	/** Limits: requests that keep all of them are counted. @default none */
	readonly slo?: Slo | undefined;
	/** Keep the requests' times, for a timeline. @default false */
	readonly timeline?: boolean | undefined;
	/** What `measureCache` has measured, to go into the statistics. @default nothing */
	readonly cache?: CacheMeasurement | undefined;
}

const OPTIONS: Kinds<MeasureOptions> = {
	slo: SLO,
	timeline: BOOLEAN,
	cache: objectWith("what measureCache gave", "cold", "warm"),
};

/** A measurement that is under way. */
export interface Measurement {
	/** What is to be told of every request: by `runBatch`, or by `runRecorded`. */
	readonly recorder: Recorder;
	/**
	 * Ends the measurement. Collective. Resolves with this rank's statistics, which rank 0 gathers and merges
	 * (`mergeStatistics`).
	 */
	readonly stop: () => Promise<RankStatistics>;
}

/** Most requests in a job's timeline, of all ranks together; above, one of 2, 4, 8, ... is kept. */
const MOST_SPANS = 20_000;

/**
 * Starts to measure what this rank does: its requests, its GPUs, and its clock against rank 0's. Collective. Resolves
 * once the clocks are compared.
 *
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function startMeasurement(
	mpi: Pick<Mpi, "world" | "hostname">,
	engine: Engine,
	options: MeasureOptions = {},
): Promise<Measurement> {
	checkArgument("start a measurement", "mpi", mpi, MPI);
	checkArgument("start a measurement", "engine", engine, ENGINE);
	checkOptions("start a measurement", options, OPTIONS);
	const { cache, ...recorded } = options;
	const gpus = engine.info.device === "cuda" ? watchGpus() : undefined;
	const { recorder, stop } = await startRecording(mpi, recorded);
	return {
		recorder,
		stop: async () => {
			const used = await gpus?.stop();
			return {
				...(await stop(engine.info)),
				...(used === undefined ? {} : { gpus: used }),
				...(cache === undefined ? {} : { cache }),
			};
		},
	};
}

/** A measurement of requests that no engine of this rank runs, maybe. */
export interface Recording {
	readonly recorder: Recorder;
	/** What to add to this rank's `performance.now()` to get rank 0's. */
	readonly offsetMs: number;
	/** Ends it. Collective. */
	readonly stop: (info: EngineInfo) => Promise<RankStatistics>;
}

/** Starts to measure this rank's requests, and its clock against rank 0's. Collective. */
export async function startRecording(
	{ world, hostname }: Pick<Mpi, "world" | "hostname">,
	{ slo, timeline = false, streamed = true }: Omit<MeasureOptions, "cache"> & { readonly streamed?: boolean },
): Promise<Recording> {
	const clock = await startClock(world);
	const { offsetMs } = clock;
	const spans = timeline ? Math.max(1, Math.floor(MOST_SPANS / world.size)) : 0;
	const recorder = new Recorder({ slo, spans, offsetMs, streamed });
	return {
		recorder,
		offsetMs,
		stop: async (info) => ({
			...recorder.result(world.rank, hostname, info),
			clock: await clock.stop(),
		}),
	};
}
