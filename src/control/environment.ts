/**
 * The environment contract between tsmpirun and its ranks, written and read in this one place.
 */
import { dirname } from "node:path";

/** Where a rank stands in its job. */
export interface Placement {
	/** 0 to size-1. */
	readonly rank: number;
	readonly size: number;
	/** 0 to localSize-1: counts the ranks of this host. */
	readonly localRank: number;
	readonly localSize: number;
	/** Index of this host among the hosts of the job. */
	readonly nodeRank: number;
}

/** What tsmpirun tells a rank. */
export interface JobEnvironment extends Placement {
	/** Identifies the job; carried by every process of it. */
	readonly jobId: string;
	/** Unix socket of this host's agent. */
	readonly controlPath: string;
	/** The agent says first how ranks of other hosts are reached. */
	readonly network: boolean;
}

/** Name of the variable that carries the job's id: clean-up finds stray processes by it. */
export const JOB_ID_VARIABLE = "TSMPI_JOB";

/** The variables that tsmpirun gives a rank: tsmpi's own, and the same under Open MPI's and torchrun's names. */
export function jobVariables(job: JobEnvironment): Record<string, string> {
	const { rank, size, localRank, localSize, nodeRank } = job;
	return {
		...(job.network ? { TSMPI_NETWORK: "1" } : {}),
		[JOB_ID_VARIABLE]: job.jobId,
		TSMPI_CONTROL: job.controlPath,
		TSMPI_RANK: `${rank}`,
		TSMPI_SIZE: `${size}`,
		TSMPI_LOCAL_RANK: `${localRank}`,
		TSMPI_LOCAL_SIZE: `${localSize}`,
		TSMPI_NODE_RANK: `${nodeRank}`,
		OMPI_COMM_WORLD_RANK: `${rank}`,
		OMPI_COMM_WORLD_SIZE: `${size}`,
		OMPI_COMM_WORLD_LOCAL_RANK: `${localRank}`,
		OMPI_COMM_WORLD_LOCAL_SIZE: `${localSize}`,
		OMPI_COMM_WORLD_NODE_RANK: `${nodeRank}`,
		RANK: `${rank}`,
		WORLD_SIZE: `${size}`,
		LOCAL_RANK: `${localRank}`,
		LOCAL_WORLD_SIZE: `${localSize}`,
	};
}

/** The job that this process was started for, or undefined outside of tsmpirun. */
export function readJob(env: NodeJS.ProcessEnv): JobEnvironment | undefined {
	const controlPath = env.TSMPI_CONTROL;
	if (controlPath === undefined) return undefined;
	const number = (name: string) => Number(env[name] ?? 0);
	return {
		jobId: env[JOB_ID_VARIABLE] ?? "",
		controlPath,
		network: env.TSMPI_NETWORK === "1",
		rank: number("TSMPI_RANK"),
		size: number("TSMPI_SIZE"),
		localRank: number("TSMPI_LOCAL_RANK"),
		localSize: number("TSMPI_LOCAL_SIZE"),
		nodeRank: number("TSMPI_NODE_RANK"),
	};
}

/** Whether the ranks of one host are to use tcp too, as those of different hosts do. */
export function wantsTcp(env: Readonly<Record<string, string | undefined>>): boolean {
	return env.TSMPI_TRANSPORT === "tcp";
}

/** Where a rank receives from those of its host: next to the agent's socket in the job's private folder. */
export function ipcAddress(job: JobEnvironment): string | undefined {
	return wantsTcp(process.env) ? undefined : `ipc://${dirname(job.controlPath)}/${job.rank}`;
}

/** Variables by which other launchers tell a process that it is one of several. */
const FOREIGN_SIZES = ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS", "PMI_SIZE", "OMPI_COMM_WORLD_SIZE"] as const;

/** The variable by which another launcher says that this process is one of several, if there is one. */
export function foreignLauncher(env: NodeJS.ProcessEnv): string | undefined {
	// The shell of salloc and the script of sbatch have the numbers of their job too, but are one process, outside of any
	// step.
	const inScript = env.SLURM_JOB_ID !== undefined && env.SLURM_STEP_ID === undefined;
	const names = FOREIGN_SIZES.filter((name) => !(inScript && name.startsWith("SLURM_")));
	return names.find((name) => Number(env[name]) > 1);
}
