import type { Mpi } from "../../index.ts";
import { JobError } from "../errors.ts";
import type { JobOptions } from "./options.ts";
import type { Setting } from "./sweep.ts";

/** One run of a job, and what it gave. */
export interface SettingRun<T> {
	/** Undefined for a job that sweeps nothing. */
	readonly setting: Setting | undefined;
	readonly options: JobOptions;
	readonly value: T;
}

/**
 * Runs a job once, or once for each setting of `--sweep`, one after the other. Collective. A run gets the ranks that
 * take part as its `world`; the others wait, which costs nothing.
 *
 * @returns on rank 0 of the job what rank 0 of each run gave.
 * @throws {JobError} with exit code 2 on every rank, if a setting needs more ranks than there are.
 */
export async function forEachSetting<T>(
	mpi: Mpi,
	options: JobOptions,
	run: (mpi: Mpi, options: JobOptions) => Promise<T>,
): Promise<SettingRun<T>[]> {
	const { world } = mpi;
	if (options.sweep === undefined) {
		return [{ setting: undefined, options, value: await run(mpi, options) }];
	}
	const needed = Math.max(...options.sweep.settings.map(({ ranks = 1 }) => ranks));
	if (needed > world.size) {
		throw new JobError(
			`Cannot sweep np=${needed}: this job has ${world.size} ${world.size === 1 ? "rank" : "ranks"}; start it with tsmpirun -np ${needed}`,
			2,
		);
	}
	const runs: SettingRun<T>[] = [];
	for (const setting of options.sweep.settings) {
		const changed = { ...options, ...setting.changes };
		const part = await world.split({ color: world.rank < (setting.ranks ?? world.size) ? 0 : undefined });
		if (part !== undefined) {
			const value = await run({ ...mpi, world: part }, changed);
			if (world.rank === 0) runs.push({ setting, options: changed, value });
			part.free();
		}
		await world.barrier();
	}
	return runs;
}
