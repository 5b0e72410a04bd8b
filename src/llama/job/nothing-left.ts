import { checkArgument, MPI } from "../../base/check-types.ts";
import type { Mpi } from "../../index.ts";
import type { Batch, DoneBatch } from "../batch/batch.ts";
import { writeReport } from "../report/outputs.ts";
import { type ConcludeOptions, filesOf, makeReport } from "./conclude.ts";
import { fromRoot } from "./process/together.ts";

/**
 * Finds out before any engine starts whether a job with `resume` has nothing left to do. Collective. If so, rank 0 says
 * it in one line on stdout, and writes the files of the report, which count nothing but what was answered before.
 *
 * @param batch What `openBatch` gave: the batch on rank 0, undefined elsewhere.
 * @param options Those of `conclude`.
 * @returns whether the job is over, on every rank.
 * @throws {JobError} on every rank, if a file cannot be read or written.
 */
export async function nothingLeft(
	mpi: Pick<Mpi, "world">,
	batch: Batch | undefined,
	options: ConcludeOptions = {},
): Promise<boolean> {
	checkArgument("see what is left to do", "mpi", mpi, MPI);
	return await fromRoot(mpi.world, async () => {
		const done = await batch?.findDone();
		if (done === undefined) return false;
		await batch?.release();
		const { requests, failed } = done;
		const delivery = {
			...{ retried: 0, requeued: 0, lost: 0, duplicate: 0, skipped: requests },
			...(failed === 0 ? {} : { failed_before: failed }),
		};
		const outcome = { statistics: [], delivery, ignored: [], resumable: true };
		const report = makeReport(outcome, options, undefined);
		// The failures of the file are this job's, too.
		if (report.missed.length > 0) process.exitCode ??= 1;
		await writeReport(report, [], filesOf(options));
		process.stdout.write(`${doneText(done)}\n`);
		return true;
	});
}

function doneText({ requests, failed, out }: DoneBatch): string {
	const what =
		requests === 1 ? "the only request has its answer" : `all ${requests} requests have their answers`;
	const failures = failed === 0 ? "" : `; ${failed} of them failed, which --retry-failed runs again`;
	return `nothing left to do: ${what} in ${out}${failures}`;
}
