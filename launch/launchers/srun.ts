import type { Host } from "../hosts/hosts.ts";

/** Nodes of an allocation that one srun reaches. */
export interface NodeGroup {
	readonly hosts: readonly Host[];
	/** The option that asks for all GPUs that the job has there; undefined: Slurm gives them by itself. */
	readonly gpus?: string;
}

/**
 * Variables by which salloc and sbatch hand the job's own wishes on to srun: how many tasks, how many cores, GPUs and
 * how much of everything each gets. One agent on each node has other wishes.
 */
const WISHES =
	/^S(LURM|RUN)_(NTASKS.*|NPROCS|NNODES|JOB_NUM_NODES|CPUS_PER_.*|GPUS.*|GPU_BIND|GPU_FREQ|TRES_PER_TASK|CPU_BIND.*|MEM_BIND.*|DISTRIBUTION|EXACT|EXCLUSIVE|HINT|THREADS.*|OVERCOMMIT|MULTI_PROG|KILL_BAD_EXIT|WAIT|LABELIO|UNBUFFEREDIO|STD(IN|OUT|ERR)MODE|OPEN_MODE|REMOTE_CWD|EXPORT_ENV|STEP_.*|PROCID|LOCALID|NODEID|GTIDS|TASK_PID|TASK_PROLOG|TASK_EPILOG|PROLOG|EPILOG|MPI_TYPE)$/;

/** Variables by which a job asks for GPUs in a way that a step for the agents would not get all of. */
const PARTIAL_GPUS = [
	"SLURM_GPUS",
	"SLURM_GPUS_PER_TASK",
	"SLURM_GPUS_PER_SOCKET",
	"SLURM_NTASKS_PER_GPU",
] as const;

/** The connection by which the user came to this host is not that of the nodes. */
const OWN = /^SSH_(CONNECTION|CLIENT|TTY)$/;

/** tsmpirun's environment without what would change the step that srun starts. */
export function srunEnvironment(env: Readonly<NodeJS.ProcessEnv>): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(env).filter(([name]) => !WISHES.test(name) && !OWN.test(name)));
}

/** The arguments of srun before the command of the agents, which it must be able to start within this time. */
export function srunArguments({ hosts, gpus }: NodeGroup, limitMs: number): string[] {
	const count = `${hosts.length}`;
	return [
		...[`--nodes=${count}`, `--ntasks=${count}`, "--ntasks-per-node=1"],
		`--nodelist=${hosts.map(({ name }) => name).join(",")}`,
		// The step takes nothing away from others, not even from the next tsmpirun in this allocation.
		"--overlap",
		// Ranks share out the cores of the node among themselves.
		"--cpu-bind=none",
		...(gpus === undefined ? [] : [gpus]),
		// Should tsmpirun be killed meanwhile, nobody else ends a srun that waits for its turn.
		`--immediate=${Math.max(1, Math.ceil(limitMs / 1000))}`,
		// What an agent's end means is decided by tsmpirun, not by srun.
		...["--kill-on-bad-exit=0", "--wait=0", "--mpi=none", "--export=ALL"],
	];
}

/** Whether the GPUs of each node have to be asked for by number. */
export function needsGpuCounts(env: Readonly<NodeJS.ProcessEnv>): boolean {
	return PARTIAL_GPUS.some((name) => env[name] !== undefined);
}

/**
 * Groups nodes so that each group gets all its GPUs: all together where the job has the same on each of its nodes;
 * else each by itself, for Slurm refuses --gres on a part of such a job, and --gpus on several nodes is shared out anew.
 *
 * @param details What `scontrol --details show job` prints: lines such as
 *   `Nodes=node[1-2] CPU_IDs=0-1 Mem=0 GRES=gpu:a100:2(IDX:0-1)`.
 * @param expand Expands a node list.
 */
export function groupByGpus(
	hosts: readonly Host[],
	details: string,
	expand: (list: string) => string[],
): NodeGroup[] {
	const gpusOf = new Map<string, string>();
	for (const [, nodes = "", gres = ""] of details.matchAll(/^\s*Nodes=(\S+) .*?\bGRES=(\S*)/gm)) {
		const gpus = gres
			.replaceAll(/\([^)]*\)/g, "")
			.split(",")
			.filter((one) => one.startsWith("gpu:"));
		for (const name of expand(nodes)) gpusOf.set(name, gpus.join(","));
	}
	const [first] = gpusOf.values();
	if (first === undefined || first === "") return [{ hosts }];
	if ([...gpusOf.values()].every((gpus) => gpus === first)) return [{ hosts, gpus: `--gres=${first}` }];
	return hosts.map((host) => {
		const gpus = gpusOf.get(host.name) ?? "";
		return { hosts: [host], gpus: gpus === "" ? "--gres=none" : `--gpus=${gpus.replaceAll("gpu:", "")}` };
	});
}
