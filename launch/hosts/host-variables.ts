/** Names the job's hostfile where neither --hostfile nor --host is given. */
export const HOSTFILE_VARIABLE = "TSMPI_HOSTFILE";

/**
 * Variables that other launchers take their hostfile from; Kubernetes' MPI operator sets them in its launcher pod. A
 * file that is not there is no error: the variable may be meant for another machine.
 */
export const FOREIGN_HOSTFILE_VARIABLES = ["OMPI_MCA_orte_default_hostfile", "HYDRA_HOST_FILE"] as const;

/** Whether the environment may have something to say about the job's hosts. */
export function namesHosts(env: Readonly<NodeJS.ProcessEnv>): boolean {
	return ["SLURM_JOB_ID", HOSTFILE_VARIABLE, ...FOREIGN_HOSTFILE_VARIABLES].some(
		(name) => env[name] !== undefined,
	);
}
