import test from "ava";
import { expandCounts, expandNodeList, slurmAllocation } from "../../../launch/hosts/slurm.ts";

const TWO_NODES = {
	SLURM_JOB_ID: "7",
	SLURM_JOB_NODELIST: "node[1-2]",
	SLURM_TASKS_PER_NODE: "3,1",
	SLURM_JOB_CPUS_PER_NODE: "8(x2)",
};

test("expandNodeList() and expandCounts() read Slurm's short forms", (t) => {
	t.deepEqual(expandNodeList("n[1-3,7],login1,gpu[08-10]"), [
		...["n1", "n2", "n3", "n7", "login1"],
		...["gpu08", "gpu09", "gpu10"],
	]);
	t.deepEqual(expandCounts("X", "3,1(x2),2"), [3, 1, 1, 2]);
	t.throws(() => expandCounts("X", "3,1x2"), {
		message: 'Cannot read X=3,1x2: "1x2" is neither a number nor of the form 2(x3)',
	});
	t.throws(() => expandNodeList("n[1"), { message: /^Cannot read Slurm's node list n\[1: / });
});

test("slurmAllocation() takes the tasks of each node as its slots, else its processors", (t) => {
	t.is(slurmAllocation({ SLURM_JOB_ID: "7" }), undefined);
	t.deepEqual(slurmAllocation(TWO_NODES), {
		jobId: "7",
		hosts: [
			{ name: "node1", slots: 3 },
			{ name: "node2", slots: 1 },
		],
	});
	const step = {
		...TWO_NODES,
		SLURM_TASKS_PER_NODE: "1",
		SLURM_STEP_TASKS_PER_NODE: "1",
		SLURM_STEP_ID: "0",
	};
	t.deepEqual(
		slurmAllocation(step)?.hosts.map(({ slots }) => slots),
		[8, 8],
	);
	const processors = { ...TWO_NODES, SLURM_TASKS_PER_NODE: undefined, SLURM_CPUS_PER_TASK: "3" };
	t.deepEqual(
		slurmAllocation(processors)?.hosts.map(({ slots }) => slots),
		[2, 2],
	);
});

test("slurmAllocation() refuses counts that do not fit the nodes, and to be one of several tasks", (t) => {
	t.throws(() => slurmAllocation({ ...TWO_NODES, SLURM_TASKS_PER_NODE: "1(x3)" }), {
		message: /^Cannot read Slurm's allocation: SLURM_JOB_NODELIST=node\[1-2\] names 2 nodes, .* of 3$/,
	});
	const task = { ...TWO_NODES, SLURM_STEP_NUM_TASKS: "4", SLURM_PROCID: "0" };
	t.throws(() => slurmAllocation(task), { message: /^Cannot start the job 4 times: srun runs tsmpirun/ });
	// As in the script of sbatch, which has a task number but is no step.
	t.truthy(slurmAllocation({ ...TWO_NODES, SLURM_PROCID: "0", SLURM_NTASKS: "4" }));
});
