import {
	checkArgument,
	checkOptions,
	either,
	FUNCTION,
	integerFrom,
	type Kinds,
	listOf,
	MPI,
	oneOf,
	optionsOf,
	SIGNAL,
	TEXT,
} from "../../base/check-types.ts";
import type { Mpi } from "../../index.ts";
import type { GpuLayers } from "../engine/options.ts";
import { JobError } from "../errors.ts";

/** What differs from one run of a sweep to the next. */
export interface SettingChanges {
	/** Requests that a rank runs at the same time. @default not changed */
	readonly inflight?: number;
	/** Layers on the GPU. @default not changed */
	readonly gpuLayers?: GpuLayers;
	/** Path of the model. @default not changed */
	readonly model?: string;
}

/** One run of a sweep. */
export interface Setting {
	/** How the run is called in the report: the value that it has of what the sweep changes. */
	readonly label: string;
	/** What differs from the other runs. */
	readonly changes: SettingChanges;
	/** How many of the ranks take part. @default all */
	readonly ranks?: number;
}

/** Several runs that differ in one thing. */
export interface Sweep {
	/** What they differ in, as the report calls it; "np" has its speed-up in it. */
	readonly axis: string;
	/** The runs, in this order. */
	readonly settings: readonly Setting[];
}

/** One run of a job, and what it gave. */
export interface SettingRun<T> {
	/** Undefined for a job that sweeps nothing. */
	readonly setting: Setting | undefined;
	/** What `run` resolved to. */
	readonly value: T;
}

/** How to sweep. */
export interface ForEachSettingOptions {
	/** On rank 0: an abort ends the sweep after the run that it has come to. @default all settings are run */
	readonly signal?: AbortSignal | undefined;
}

const OPTIONS: Kinds<ForEachSettingOptions> = { signal: SIGNAL };
const CHANGES: Kinds<SettingChanges> = {
	inflight: integerFrom(1),
	gpuLayers: either(oneOf("auto", "max"), integerFrom(0)),
	model: TEXT,
};
const SETTING: Kinds<Setting> = {
	label: TEXT,
	changes: optionsOf("{ inflight, gpuLayers, model }", CHANGES),
	ranks: integerFrom(1),
};
const SWEEP: Kinds<Sweep> = {
	axis: TEXT,
	settings: listOf(
		"a list of settings { label, changes, ranks }",
		optionsOf("a setting", SETTING, ["label", "changes"]),
	),
};

/**
 * Runs a job once, or once for each setting of a sweep, one after the other. Collective. A run gets the ranks that
 * take part as its `world`; the others wait, which costs nothing. Of a sweep a line on stderr says which setting runs.
 *
 * @param sweep What `--sweep` says, or a sweep of one's own; undefined: one run, without a setting.
 * @param run What each rank that takes part runs.
 * @returns what this rank's runs gave; of a sweep on rank 0 of the job, on the others nothing.
 * @throws {JobError} with exit code 2 on every rank, if a setting needs more ranks than there are.
 * @throws {ArgumentError} ERR_ARG: an option is unknown, or a value has the wrong type.
 */
export async function forEachSetting<T>(
	mpi: Mpi,
	sweep: Sweep | undefined,
	run: (mpi: Mpi, setting: Setting | undefined) => Promise<T>,
	options: ForEachSettingOptions = {},
): Promise<SettingRun<T>[]> {
	checkArgument("run a sweep", "mpi", mpi, MPI);
	checkOptions("run a sweep", sweep, SWEEP, sweep === undefined ? [] : ["axis", "settings"]);
	checkArgument("run a sweep", "run", run, FUNCTION);
	checkOptions("run a sweep", options, OPTIONS);
	const { world } = mpi;
	if (sweep === undefined) return [{ setting: undefined, value: await run(mpi, undefined) }];
	const needed = Math.max(...sweep.settings.map(({ ranks = 1 }) => ranks));
	if (needed > world.size) {
		throw new JobError(
			`Cannot sweep np=${needed}: this job has ${world.size} ${world.size === 1 ? "rank" : "ranks"}; start it with tsmpirun -np ${needed}`,
			2,
		);
	}
	const runs: SettingRun<T>[] = [];
	for (const [index, setting] of sweep.settings.entries()) {
		if (world.rank === 0) {
			const place = `${index + 1} of ${sweep.settings.length}`;
			process.stderr.write(`${sweep.axis}=${setting.label} (${place})\n`);
		}
		const part = await world.split({ color: world.rank < (setting.ranks ?? world.size) ? 0 : undefined });
		if (part !== undefined) {
			const value = await run({ ...mpi, world: part }, setting);
			if (world.rank === 0) runs.push({ setting, value });
			part.free();
		}
		if (await world.bcast(options.signal?.aborted === true)) break;
	}
	return runs;
}
