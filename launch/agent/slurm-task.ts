/** Variables that describe one task, or the step that it belongs to. */
const OF_TASK =
	/^SLURM_(PROCID|LOCALID|NODEID|GTIDS|TASK_PID|NTASKS|NPROCS|STEPID|STEP_(ID|NUM_TASKS|NUM_NODES|TASKS_PER_NODE|NODELIST|LAUNCHER_PORT)|CPU_BIND.*|SRUN_COMM_.*)$/;

/**
 * Takes away what Slurm says of the task that an agent is. Libraries of the ranks would believe that each of them is
 * task 0 of a job with a task for each node.
 */
export function forgetTask(env: NodeJS.ProcessEnv): void {
	for (const name of Object.keys(env)) if (OF_TASK.test(name)) delete env[name];
}
