import { LaunchError } from "../../src/base/errors.ts";
import { expandNames, RangeMistake, splitList } from "./host-ranges.ts";
import type { Host } from "./hosts.ts";

/** What Slurm has given to the job that tsmpirun runs in. */
export interface Allocation {
	readonly jobId: string;
	readonly hosts: readonly Host[];
}

/** The allocation of `salloc` or `sbatch` that this process runs in, or undefined outside of one. */
export function slurmAllocation(env: Readonly<NodeJS.ProcessEnv>): Allocation | undefined {
	const jobId = env.SLURM_JOB_ID;
	const nodes = env.SLURM_JOB_NODELIST ?? env.SLURM_NODELIST;
	if (jobId === undefined || nodes === undefined) return undefined;
	refuseToRunManyTimes(env);
	const names = expandNodeList(nodes);
	const slots = slotsOf(env);
	if (slots.length !== names.length) {
		throw new LaunchError(
			`Cannot read Slurm's allocation: SLURM_JOB_NODELIST=${nodes} names ${names.length} nodes, its counts are of ${slots.length}`,
		);
	}
	return { jobId, hosts: names.map((name, index) => ({ name, slots: slots[index] ?? 1 })) };
}

/** `srun tsmpirun`: each task would start the whole job. */
function refuseToRunManyTimes(env: Readonly<NodeJS.ProcessEnv>): void {
	const tasks = Number(env.SLURM_STEP_NUM_TASKS);
	if (!(tasks > 1) || env.SLURM_PROCID === undefined) return;
	throw new LaunchError(
		`Cannot start the job ${tasks} times: srun runs tsmpirun as ${tasks} tasks; start tsmpirun once, without srun, in salloc or sbatch`,
	);
}

/**
 * A slot for each task that the job asked for; without such a wish Slurm itself counts. In a step of one task, such as
 * that of `srun --pty bash`, the tasks are the step's, and only the processors are still those of the job.
 */
function slotsOf(env: Readonly<NodeJS.ProcessEnv>): number[] {
	const tasks = env.SLURM_TASKS_PER_NODE;
	if (tasks !== undefined && tasks !== env.SLURM_STEP_TASKS_PER_NODE)
		return expandCounts("SLURM_TASKS_PER_NODE", tasks);
	const processors = env.SLURM_JOB_CPUS_PER_NODE;
	if (processors === undefined) {
		throw new LaunchError("Cannot read Slurm's allocation: SLURM_JOB_CPUS_PER_NODE is not set");
	}
	const perTask = Math.max(1, Number(env.SLURM_CPUS_PER_TASK ?? 1) || 1);
	return expandCounts("SLURM_JOB_CPUS_PER_NODE", processors).map((count) =>
		Math.max(1, Math.floor(count / perTask)),
	);
}

/** The names that a node list of Slurm stands for: `n[1-3,7],login1`. */
export function expandNodeList(list: string): string[] {
	return splitList(list).flatMap(({ part }) => {
		try {
			return expandNames(part);
		} catch (error) {
			if (!(error instanceof RangeMistake)) throw error;
			throw new LaunchError(`Cannot read Slurm's node list ${list}: ${error.message}`, 1, { cause: error });
		}
	});
}

/** The numbers that Slurm's short form stands for: `3,1(x2)` is 3, 1, 1. */
export function expandCounts(name: string, text: string): number[] {
	return text.split(",").flatMap((part) => {
		const groups = /^(?<count>\d{1,6})(?:\(x(?<times>\d{1,5})\))?$/.exec(part)?.groups;
		if (groups === undefined) {
			throw new LaunchError(
				`Cannot read ${name}=${text}: "${part}" is neither a number nor of the form 2(x3)`,
			);
		}
		return new Array<number>(Number(groups.times ?? 1)).fill(Number(groups.count));
	});
}
