import type { Mpi } from "../../index.ts";
import type { Engine } from "../engine/engine.ts";
import { startClock } from "./clock.ts";
import { watchGpus } from "./gpu.ts";
import type { CacheMeasurement } from "./measure-cache.ts";
import { type RankStatistics, Recorder } from "./recorder.ts";
import type { Slo } from "./slo.ts";

/** What to measure. */
export interface MeasureOptions {
	readonly slo?: Slo | undefined;
	/** Keep the requests' times, for a timeline. @default false */
	readonly timeline?: boolean;
	/** What was measured of the prompt cache, to go into the statistics. */
	readonly cache?: CacheMeasurement | undefined;
}

/** A measurement that goes on. */
export interface Measurement {
	/** Tell it about every request: `runRecorded`. */
	readonly recorder: Recorder;
	/** Ends the measurement: this rank's statistics, to be gathered by rank 0 and merged. Collective. */
	readonly stop: () => Promise<RankStatistics>;
}

/** Most requests in a job's timeline, of all ranks together; above, one of 2, 4, 8, ... is kept. */
const MOST_SPANS = 20_000;

/**
 * Starts to measure what this rank does: its requests, its GPUs, and its clock against rank 0's. Collective.
 */
export async function startMeasurement(
	{ world, hostname }: Pick<Mpi, "world" | "hostname">,
	engine: Engine,
	{ slo, timeline = false, cache }: MeasureOptions = {},
): Promise<Measurement> {
	const gpus = engine.info.device === "cuda" ? watchGpus() : undefined;
	const clock = await startClock(world);
	const spans = timeline ? Math.max(1, Math.floor(MOST_SPANS / world.size)) : 0;
	const recorder = new Recorder({ slo, spans, offsetMs: clock.offsetMs });
	return {
		recorder,
		stop: async () => {
			const used = await gpus?.stop();
			const statistics = recorder.result(world.rank, hostname, engine.info);
			return {
				...statistics,
				clock: await clock.stop(),
				...(used === undefined ? {} : { gpus: used }),
				...(cache === undefined ? {} : { cache }),
			};
		},
	};
}
