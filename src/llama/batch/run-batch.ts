import { checkOptions } from "../../base/check-types.ts";
import type { Mpi } from "../../index.ts";
import { work } from "../dispatch/work.ts";
import type { Engine } from "../engine/engine.ts";
import { startMeasurement } from "../measure/measure.ts";
import type { Batch } from "./batch.ts";
import { BatchRun, type RankFacts } from "./batch-run.ts";
import { namesOfModel } from "./model-names.ts";
import type { BatchOutcome } from "./outcome.ts";
import { RUN_BATCH_KINDS, type RunBatchOptions } from "./run-options.ts";

/**
 * Runs a batch on the engines of all ranks. Collective; the batch is rank 0's, which hands the requests out and runs its
 * share. Every request ends once: as an answer or as a failure. One whose engine or rank dies is handed out again.
 *
 * @returns on rank 0 what the run came to, undefined elsewhere.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or has a value that it cannot have.
 * @throws {JobError} on rank 0 if the input cannot be read any more
 *   or the output not written; elsewhere if rank 0 died.
 */
export async function runBatch(
	mpi: Pick<Mpi, "world" | "hostname">,
	engine: Engine,
	batch: Batch | undefined,
	options: RunBatchOptions = {},
): Promise<BatchOutcome | undefined> {
	checkOptions("run a batch", options, RUN_BATCH_KINDS);
	const { inflight: slots = 4 } = options;
	const comm = await mpi.world.dup();
	// Of a rank that dies the report knows only this.
	const model = await namesOfModel(comm, engine.info, options.model);
	const facts: RankFacts = {
		...{ hostname: mpi.hostname, engine: engine.info, slots },
		...(model === undefined ? {} : { model }),
	};
	const ranks = await comm.gather<RankFacts>(facts);
	const measured = options.measurement ?? (await startMeasurement(mpi, engine));
	try {
		if (batch !== undefined && ranks !== undefined) {
			return await new BatchRun(batch, { ...options, measurement: measured }, ranks).run(comm, engine);
		}
		await work(comm, engine, { measurement: measured, slots });
		return undefined;
	} finally {
		comm.free();
	}
}
