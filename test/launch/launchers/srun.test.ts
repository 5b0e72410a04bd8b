import test from "ava";
import { expandNodeList } from "../../../launch/hosts/slurm.ts";
import {
	groupByGpus,
	needsGpuCounts,
	srunArguments,
	srunEnvironment,
} from "../../../launch/launchers/srun.ts";

const HOSTS = ["n1", "n2", "n3"].map((name) => ({ name, slots: 4 }));

test("srunEnvironment() takes away what would shape the agents' step, and nothing else", (t) => {
	const kept = {
		SLURM_JOB_ID: "7",
		SLURM_CONF: "/c",
		SLURM_JOB_NODELIST: "n1",
		PATH: "/bin",
		SLURMD_NODENAME: "n1",
	};
	const wishes = {
		...{ SLURM_NTASKS: "8", SLURM_NPROCS: "8", SLURM_NTASKS_PER_NODE: "4", SLURM_CPUS_PER_TASK: "2" },
		...{ SRUN_CPUS_PER_TASK: "2", SLURM_GPUS: "4", SLURM_GPUS_PER_TASK: "1", SLURM_CPU_BIND: "cores" },
		...{
			SLURM_DISTRIBUTION: "cyclic",
			SLURM_KILL_BAD_EXIT: "1",
			SLURM_STDINMODE: "none",
			SLURM_STEP_ID: "0",
		},
	};
	t.deepEqual(srunEnvironment({ ...kept, ...wishes }), kept);
});

test("srunArguments() asks for one task on each node, beside all others", (t) => {
	const words = srunArguments({ hosts: HOSTS, gpus: "--gres=gpu:2" }, 2500).join(" ");
	t.regex(words, /^--nodes=3 --ntasks=3 --ntasks-per-node=1 --nodelist=n1,n2,n3 --overlap /);
	t.regex(words, / --gres=gpu:2 --immediate=3 --kill-on-bad-exit=0 --wait=0 /);
	t.notRegex(srunArguments({ hosts: HOSTS }, 1).join(" "), /gres/);
});

test("groupByGpus() asks for the same on all nodes, or for each node's own GPUs", (t) => {
	const groups = (...lines: string[]) =>
		groupByGpus(
			HOSTS,
			["JobId=7 JobName=x", "   JOB_GRES=gpu:5", ...lines, "   MinCPUsNode=1"].join("\n"),
			expandNodeList,
		);
	t.deepEqual(groups("     Nodes=n[1-3] CPU_IDs=0-1 Mem=0 GRES=gpu:a100:2(IDX:0-1)"), [
		{ hosts: HOSTS, gpus: "--gres=gpu:a100:2" },
	]);
	t.deepEqual(
		groups(
			"     Nodes=n1 CPU_IDs=0-1 Mem=0 GRES=gpu:a100:2(IDX:0-1),gpu:l4:1(IDX:2)",
			"     Nodes=n2 CPU_IDs=0 Mem=0 GRES=gpu:1(IDX:3),shard:4(IDX:0)",
			"     Nodes=n3 CPU_IDs=0 Mem=0 GRES=",
		),
		["--gpus=a100:2,l4:1", "--gpus=1", "--gres=none"].map((gpus, index) => ({
			hosts: HOSTS.slice(index, index + 1),
			gpus,
		})),
	);
	t.deepEqual(groups("     Nodes=n[1-3] CPU_IDs=0-1 Mem=0 GRES="), [{ hosts: HOSTS }]);
	t.false(needsGpuCounts({ SLURM_GPUS_PER_NODE: "2" }));
	t.true(needsGpuCounts({ SLURM_GPUS_PER_TASK: "1" }));
});
